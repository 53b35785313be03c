import { checkCell } from '../checks/cell.ts';

checkCell('gru');
