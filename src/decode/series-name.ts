import { ForetideError } from '../errors.ts';
import { seriesFault } from './readings.ts';

/** @throws ForetideError SETTINGS_INVALID where the name that settings give the one series cannot be one */
export function mustBeSeriesName(name: string): void {
  const fault = seriesFault(name);
  if (fault === undefined) return;
  throw new ForetideError('SETTINGS_INVALID', {
    what: `Not the name of a series: ${fault}`,
    where: 'input.decode.seriesName',
  });
}
