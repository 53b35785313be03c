import { ForetideError } from '../errors.ts';
import type { DeadLetter } from '../frame.ts';
import { shown } from '../decode/shown.ts';
import type { MissingCell } from './table-rows.ts';

const SKIP = 'take --missing skip, which counts such rows and leaves them out';

/** The error of a value that is missing. */
export function missingValue({ column, got }: MissingCell, where: string): ForetideError {
  return new ForetideError('FILE_FORMAT', {
    what: `A value of the column ${column} is missing`,
    expected: 'a number',
    got,
    where,
    todo: `Fill it, leave the column out by --columns, or ${SKIP}.`,
  });
}

/** The error of a record, or one of its readings, that cannot be used; `newest` is the time of its series' newest reading. */
export function unusableRow(letter: DeadLetter, newest: number | undefined, where: string): ForetideError {
  const { reason, detail, series, bytes } = letter;
  switch (reason) {
    case 'late':
    case 'duplicate':
      return new ForetideError('FILE_FORMAT', {
        what:
          reason === 'late' ? 'The rows are not in order of time' : 'Two rows of a series have the same time',
        expected: `a time after ${newest === undefined ? 'those before' : new Date(newest).toISOString()} (series ${series})`,
        got: bytes === null ? detail : shown(new TextDecoder().decode(bytes)),
        where,
        todo: `Sort the file by time and remove what stands twice, name the column that tells the series apart by --series, or ${SKIP}.`,
      });
    case 'state-limit':
      return new ForetideError('MEMORY_EXHAUSTED', {
        what: `No room for the state of a series: ${detail}`,
        where,
        todo: 'Raise maxStateBytes.',
      });
    case 'malformed':
    case 'missing':
    case 'invalid':
    case 'early':
    case 'rejected':
      return new ForetideError('FILE_FORMAT', {
        what: `The row cannot be used: ${detail}`,
        where,
        todo: `Mend it; say how its dates are written by --time-format or --time-unit where that is the fault; or ${SKIP}.`,
      });
  }
}
