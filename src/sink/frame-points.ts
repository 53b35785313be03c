import type { Aligned } from '../align/align.ts';
import type { Detected } from '../detect/detect.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import { horizonTag } from '../forecast/horizon-tag.ts';
import type { Frame } from '../frame.ts';
import type { Model } from '../model/model.ts';
import type { Points } from './points.ts';

/** Rows and channels of a frame that become points, in order. */
interface Chosen {
  readonly rows: readonly number[];
  /** Their indices in a column of n × channels. */
  readonly places: readonly number[];
}

function choose(frame: Frame, keep: (row: number, place: number) => boolean): Chosen {
  const rows: number[] = [];
  const places: number[] = [];
  for (let row = 0, place = 0; row < frame.length; row++) {
    for (let c = 0; c < frame.channels; c++, place++) {
      if (!keep(row, place)) continue;
      rows.push(row);
      places.push(place);
    }
  }
  return { rows, places };
}

const NONE = new Float64Array(0);

/** The numbers of a column at these indices, or at these of every `width` numbers the one `inside`. */
function pick(column: Float64Array, indices: readonly number[], width = 1, inside = 0): Float64Array {
  const { length } = indices;
  if (length === 0) return NONE;
  const picked = new Float64Array(length);
  for (let k = 0; k < length; k++) picked[k] = column[indices[k]! * width + inside]!;
  return picked;
}

/** A channel's own name as a series: `sensor`, or `sensor.channel` where a series has several. */
function names({ name, channels, channelNames }: Frame, { rows, places }: Chosen): string[] {
  return rows.map((row, k) => {
    const channel = channelNames[places[k]! % channels]!;
    return channel === '' ? name[row]! : `${name[row]!}.${channel}`;
  });
}

/** `reading,series=S value=… <event time>`: what was observed. */
export function readingPoints(frame: Frame): Points {
  const all = choose(frame, () => true);
  return {
    measurement: 'reading',
    length: all.rows.length,
    series: names(frame, all),
    time: pick(frame.time, all.rows),
    tags: {},
    fields: { value: pick(frame.value, all.places) },
    offset: pick(frame.offset, all.rows),
  };
}

/** `forecast,series=S,model=M,h=06 yhat=…,lo=…,hi=… <target time>`, one for each horizon of `store` that is forecast. */
export function forecastPoints(
  frame: Frame & Aligned & Forecasted,
  model: Model,
  { store }: { readonly store: readonly number[] },
): Points[] {
  const { horizons, yhat, lo, hi } = frame;
  const Q = horizons.length;
  const issued = choose(frame, (row) => frame.issued[row] === 1);
  const { rows, places } = issued;
  const series = names(frame, issued);
  const offset = pick(frame.offset, rows);
  return store
    .filter((h) => horizons.includes(h))
    .map((h) => {
      const q = horizons.indexOf(h);
      return {
        measurement: 'forecast',
        length: rows.length,
        series,
        time: targets(frame, rows, h),
        tags: { model: model.name, h: horizonTag(h) },
        fields: { yhat: pick(yhat, places, Q, q), lo: pick(lo, places, Q, q), hi: pick(hi, places, Q, q) },
        labels: { fingerprint: model.fingerprint.slice(0, 12) },
        offset,
      };
    });
}

/** The times that the forecasts of horizon h are for. */
function targets({ time, step }: Frame & Aligned, rows: readonly number[], h: number): Float64Array {
  const times = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) times[k] = time[rows[k]!]! + h * step[rows[k]!]!;
  return times;
}

/** `anomaly,series=S score=…,value=…,expected=…,lo=…,hi=… <event time>`: the readings outside the 99 % band. */
export function anomalyPoints(frame: Frame & Detected): Points {
  const found = choose(frame, (_, place) => frame.anomalous[place] === 1);
  const { rows, places } = found;
  return {
    measurement: 'anomaly',
    length: rows.length,
    series: names(frame, found),
    time: pick(frame.time, rows),
    tags: {},
    fields: {
      score: pick(frame.score, places),
      value: pick(frame.value, places),
      expected: pick(frame.expected, places),
      lo: pick(frame.outerLo, places),
      hi: pick(frame.outerHi, places),
    },
    labels: { state: 'outside' },
    offset: pick(frame.offset, rows),
  };
}
