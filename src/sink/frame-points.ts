import type { Aligned } from '../align/align.ts';
import type { Detected } from '../detect/detect.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';
import type { Model } from '../model/model.ts';
import type { Points } from './points.ts';

/** Rows and channels of a frame that become points, as [row, channel, index in a column of n × channels]. */
function select(frame: Frame, keep: (row: number, at: number) => boolean): [number, number, number][] {
  const chosen: [number, number, number][] = [];
  for (let i = 0; i < frame.length; i++) {
    for (let c = 0; c < frame.channels; c++) {
      const at = i * frame.channels + c;
      if (keep(i, at)) chosen.push([i, c, at]);
    }
  }
  return chosen;
}

function column(chosen: readonly [number, number, number][], value: (row: number, at: number) => number) {
  const numbers = new Float64Array(chosen.length);
  chosen.forEach(([row, , at], k) => {
    numbers[k] = value(row, at);
  });
  return numbers;
}

/** A channel's own name as a series: `sensor`, or `sensor.channel` where a series has several. */
function names(frame: Frame, chosen: readonly [number, number, number][]): string[] {
  return chosen.map(([row, c]) => {
    const channel = frame.channelNames[c]!;
    return channel === '' ? frame.name[row]! : `${frame.name[row]!}.${channel}`;
  });
}

/** `reading,series=S value=… <event time>`: what was observed. */
export function readingPoints(frame: Frame): Points {
  const all = select(frame, () => true);
  return {
    measurement: 'reading',
    length: all.length,
    series: names(frame, all),
    time: column(all, (row) => frame.time[row]!),
    tags: {},
    fields: { value: column(all, (_, at) => frame.value[at]!) },
    offset: column(all, (row) => frame.offset[row]!),
  };
}

/** `forecast,series=S,model=M,h=06 yhat=…,lo=…,hi=… <target time>`, one for each horizon of `store`. */
export function forecastPoints(
  frame: Frame & Aligned & Forecasted,
  model: Model,
  { store }: { readonly store: readonly number[] },
): Points[] {
  const { horizon } = frame;
  const issued = select(frame, (row) => frame.issued[row] === 1);
  const series = names(frame, issued);
  const offset = column(issued, (row) => frame.offset[row]!);
  const digits = Math.max(2, String(horizon).length);
  return store
    .filter((h) => h <= horizon)
    .map((h) => ({
      measurement: 'forecast',
      length: issued.length,
      series,
      time: column(issued, (row) => frame.time[row]! + h * frame.step[row]!),
      tags: { model: model.name, h: String(h).padStart(digits, '0') },
      fields: {
        yhat: column(issued, (_, at) => frame.yhat[at * horizon + h - 1]!),
        lo: column(issued, (_, at) => frame.lo[at * horizon + h - 1]!),
        hi: column(issued, (_, at) => frame.hi[at * horizon + h - 1]!),
      },
      labels: { fingerprint: model.fingerprint.slice(0, 12) },
      offset,
    }));
}

/** `anomaly,series=S score=…,value=…,expected=…,lo=…,hi=… <event time>`: the readings outside the 99 % band. */
export function anomalyPoints(frame: Frame & Detected): Points {
  const found = select(frame, (_, at) => frame.anomalous[at] === 1);
  return {
    measurement: 'anomaly',
    length: found.length,
    series: names(frame, found),
    time: column(found, (row) => frame.time[row]!),
    tags: {},
    fields: {
      score: column(found, (_, at) => frame.score[at]!),
      value: column(found, (_, at) => frame.value[at]!),
      expected: column(found, (_, at) => frame.expected[at]!),
      lo: column(found, (_, at) => frame.outerLo[at]!),
      hi: column(found, (_, at) => frame.outerHi[at]!),
    },
    labels: { state: 'outside' },
    offset: column(found, (row) => frame.offset[row]!),
  };
}
