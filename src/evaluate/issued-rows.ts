import { type Eventful, type EventKind, eventsOf } from '../detect/events.ts';
import { ForetideError } from '../errors.ts';
import type { Frame } from '../frame.ts';

/** One row of one channel that is forecast, and the forecasts that were issued when it came. */
export interface IssuedRow {
  readonly series: string;
  /** Name of the channel; empty for series of one number. */
  readonly channel: string;
  /** Number of the record in its partition: the data row of a file, from 0. Of an interval the last record before the one that closed it. */
  readonly row: number;
  /** Event time, ms. */
  readonly time: number;
  /** k, the reading's number in its series, counted in steps. */
  readonly index: number;
  /** The series' sampling step, ms; 0 while it is not known. */
  readonly step: number;
  /** What was observed; NaN: the channel was not. */
  readonly value: number;
  /** Steps ahead that are forecast, ascending. */
  readonly horizons: readonly number[];
  /** [horizons] forecasts of the values of index + h, NaN before the channel is observed; and their 90 % bands, NaN while there is none. */
  readonly yhat: Float64Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** What happened to the forecasts of the channel with this reading. */
  readonly events: readonly EventKind[];
}

/** The columns of `align` and `forecast` that are read. */
interface ForecastColumns {
  readonly index: Float64Array;
  readonly step: Float64Array;
  readonly isAggregate?: boolean;
  readonly targets: readonly number[];
  readonly horizons: readonly number[];
  readonly yhat: Float64Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/**
 * The rows of a frame that has come out of a topology. The one place of the evaluation that knows what columns are called and how
 * they are laid out: all the rest works on these rows.
 *
 * @throws ForetideError PIPELINE_INVALID where no stage has forecast
 */
export function* issuedRows(frame: Frame): Generator<IssuedRow> {
  const { length: n, channels, channelNames, name, time, value, offset } = frame;
  const { index, step, isAggregate = false, targets, horizons, yhat, lo, hi } = columnsOf(frame);
  const width = horizons.length;
  const events = eventsOf(frame as Eventful);
  for (let i = 0; i < n; i++) {
    for (const [t, c] of targets.entries()) {
      const from = (i * targets.length + t) * width;
      yield {
        series: name[i]!,
        channel: channelNames[c]!,
        row: offset[i]! - (isAggregate ? 1 : 0),
        time: time[i]!,
        index: index[i]!,
        step: step[i]!,
        value: value[i * channels + c]!,
        horizons,
        yhat: yhat.subarray(from, from + width),
        lo: lo.subarray(from, from + width),
        hi: hi.subarray(from, from + width),
        events: events.filter(({ row, channel }) => row === i && channel === c).map(({ kind }) => kind),
      };
    }
  }
}

function columnsOf(frame: Frame): ForecastColumns {
  const columns = frame as Frame & Partial<ForecastColumns>;
  const needed = ['index', 'step', 'targets', 'horizons', 'yhat', 'lo', 'hi'] as const;
  const absent = needed.filter((column) => columns[column] === undefined);
  if (absent.length === 0) return columns as Frame & ForecastColumns;
  throw new ForetideError('PIPELINE_INVALID', {
    what: 'The pipeline does not forecast',
    expected: `frames with the columns ${needed.join(', ')}`,
    got: `frames without ${absent.join(', ')}`,
    todo: 'Its topology needs the stages align and forecast.',
  });
}
