import type { Aligned } from '../align/align.ts';
import { type Detected, TAKEN_BACK } from '../detect/detect.ts';
import { type Judged, REASONS } from '../detect/judge.ts';
import { type Eventful, eventsOf, takenBackOf } from '../detect/events.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { Leaving } from '../decode/eviction.ts';
import { horizonTag } from '../forecast/horizon-tag.ts';
import type { Frame } from '../frame.ts';
import type { Model } from '../model/model.ts';
import { EVICTED, type Points, WITHDRAWN } from './points.ts';

/** Rows and channels of a frame that become points, in order. */
interface Chosen {
  readonly rows: readonly number[];
  /** Their indices in a column of n × channels, such as `value`. */
  readonly places: readonly number[];
  /** Their indices in a column of n × T, T being the channels that are looked at. */
  readonly at: readonly number[];
}

/**
 * @param channels that are looked at: their places in a reading
 * @param keep of a row and an index in a column of n × T
 */
function choose(
  frame: Frame,
  channels: readonly number[],
  keep: (row: number, at: number) => boolean,
): Chosen {
  const chosen = { rows: [] as number[], places: [] as number[], at: [] as number[] };
  for (let row = 0, at = 0; row < frame.length; row++) {
    for (let c = 0; c < channels.length; c++, at++) {
      if (!keep(row, at)) continue;
      chosen.rows.push(row);
      chosen.places.push(row * frame.channels + channels[c]!);
      chosen.at.push(at);
    }
  }
  return chosen;
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
function names(
  { name, channels, channelNames }: Frame,
  { rows, places }: Pick<Chosen, 'rows' | 'places'>,
): string[] {
  return rows.map((row, k) => {
    const channel = channelNames[places[k]! % channels]!;
    return channel === '' ? name[row]! : `${name[row]!}.${channel}`;
  });
}

/** Whether what is said of a row stands already: no late reading lies before it. */
function stands({ revisions }: Partial<Aligned>, row: number): boolean {
  return revisions?.again[row] === 1 && revisions.revision[row] === 0;
}

/** The field `revision`, where late readings are taken in. */
function revisionOf({ revisions }: Partial<Aligned>, rows: readonly number[]): Record<string, Float64Array> {
  return revisions ? { revision: pick(revisions.revision, rows) } : {};
}

/** `reading,series=S value=… <event time>`: what was observed, of all channels; each reading once. */
export function readingPoints(frame: Frame & Partial<Aligned>): Points {
  const { value, revisions } = frame;
  const observed = choose(
    frame,
    [...frame.channelNames.keys()],
    (row, at) => !Number.isNaN(value[at]!) && revisions?.again[row] !== 1,
  );
  return {
    measurement: 'reading',
    length: observed.rows.length,
    series: names(frame, observed),
    time: pick(frame.time, observed.rows),
    tags: {},
    fields: { value: pick(value, observed.places) },
    offset: pick(frame.offset, observed.rows),
  };
}

/**
 * `forecast,series=S,model=M,h=06 yhat=…,lo=…,hi=… <target time>`, one for each horizon of `store` and target that is forecast. Where late readings are
 * taken in, also `revision`: those of the rows after one are written anew.
 */
export function forecastPoints(
  frame: Frame & Aligned & Forecasted,
  model: Model,
  { store }: { readonly store: readonly number[] },
): Points[] {
  const { targets, horizons, yhat, lo, hi } = frame;
  const Q = horizons.length;
  const issued = choose(
    frame,
    targets,
    (row, at) => frame.issued[row] === 1 && !Number.isNaN(yhat[at * Q]!) && !stands(frame, row),
  );
  const { rows, at } = issued;
  const series = names(frame, issued);
  const offset = pick(frame.offset, rows);
  const revision = revisionOf(frame, rows);
  return store
    .filter((h) => horizons.includes(h))
    .map((h) => {
      const q = horizons.indexOf(h);
      return {
        measurement: 'forecast',
        length: rows.length,
        series,
        time: targetTimes(frame, rows, h),
        tags: { model: model.name, h: horizonTag(h) },
        fields: { yhat: pick(yhat, at, Q, q), lo: pick(lo, at, Q, q), hi: pick(hi, at, Q, q), ...revision },
        labels: { fingerprint: model.fingerprint.slice(0, 12) },
        offset,
      };
    });
}

/** The times that the forecasts of horizon h are for. */
function targetTimes({ time, step }: Frame & Aligned, rows: readonly number[], h: number): Float64Array {
  const times = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) times[k] = time[rows[k]!]! + h * step[rows[k]!]!;
  return times;
}

/** `anomaly,series=S score=…,value=…,expected=…,lo=…,hi=… <event time>`: the readings outside the 99 % band; of one without width the score is the largest number. Where late readings are taken in, also `revision`. */
export function anomalyPoints(frame: Frame & Partial<Aligned> & Forecasted & Detected): Points {
  const found = choose(frame, frame.targets, (row, at) => frame.anomalous[at] === 1 && !stands(frame, row));
  // outside a band without width, as that of a series which never moved: farther than any number of half-widths
  const score = pick(frame.score, found.at).map((far) => (far < Number.MAX_VALUE ? far : Number.MAX_VALUE));
  return anomalies(frame, found, score, 'outside');
}

/**
 * `anomaly,series=S score=…,value=…,expected=…,lo=…,hi=… <event time>`: the readings whose oddness is at least `raise`, each with what makes it odd. Where
 * late readings are taken in, also `revision`; and of those that were as odd before one came and are not any more `revision=…,state="withdrawn"`.
 */
export function oddPoints(
  frame: Frame & Partial<Aligned> & Forecasted & Detected & Judged,
  { raise }: { readonly raise: number },
): Points[] {
  const { targets, oddness, reason, oddest, judgedBefore } = frame;
  const isOdd = (row: number, at: number): boolean =>
    oddness[row]! >= raise && oddest[row] === at % targets.length;
  const found = choose(frame, targets, (row, at) => isOdd(row, at) && !stands(frame, row));
  const groups = Map.groupBy(found.rows.keys(), (k) => reason[found.rows[k]!]!);
  const odd = Array.from(groups, ([group, members]) => {
    const of = (from: readonly number[]): number[] => members.map((k) => from[k]!);
    const some = { rows: of(found.rows), places: of(found.places), at: of(found.at) };
    return anomalies(frame, some, pick(oddness, some.rows), REASONS[group]!);
  });
  if (!judgedBefore) return odd;
  const wasOdd = (row: number, at: number): boolean =>
    judgedBefore.oddness[row]! >= raise && judgedBefore.oddest[row] === at % targets.length;
  const gone = choose(frame, targets, (row, at) => wasOdd(row, at) && !isOdd(row, at) && !stands(frame, row));
  return gone.rows.length === 0 ? odd : [...odd, withdrawn(frame, 'anomaly', {}, gone)];
}

/** Readings beside what was expected of them. */
function anomalies(
  frame: Frame & Partial<Aligned> & Forecasted & Detected,
  chosen: Chosen,
  score: Float64Array,
  state: string,
): Points {
  const { rows, places, at } = chosen;
  return {
    measurement: 'anomaly',
    length: rows.length,
    series: names(frame, chosen),
    time: pick(frame.time, rows),
    tags: {},
    fields: {
      score,
      value: pick(frame.value, places),
      expected: pick(frame.expected, at),
      lo: pick(frame.outerLo, at),
      hi: pick(frame.outerHi, at),
      ...revisionOf(frame, rows),
    },
    labels: { state },
    offset: pick(frame.offset, rows),
  };
}

/**
 * `event,series=S,model=M,kind=coverage-low,h=06 value=…,expected=…,width=… <event time>`: where forecasts have become worse or better, or
 * their bands hold another share than was promised. Kind and horizon are tags: several may come with one reading. Where late readings are taken in,
 * also `revision`.
 *
 * `event,series=S,model=M,kind=evicted,h=00 value=…,expected=… <event time>`: a series that leaves, as a whole; value: when something of it last came,
 * ms, expected: by when it should have.
 */
export function eventPoints(frame: Eventful & Partial<Aligned>, model: Model): Points[] {
  const { leaving = [] } = frame;
  if (leaving.length > 0) return [evictedPoints(frame, leaving, model)];
  const all = eventsOf(frame).filter(({ row }) => !stands(frame, row));
  if (all.length === 0) return [];
  const groups = Map.groupBy(all, ({ kind, horizon }) => `${kind} ${horizon}`);
  return Array.from(groups.values(), (events) => {
    const { kind, horizon } = events[0]!;
    const rows = events.map(({ row }) => row);
    const places = events.map(({ row, channel }) => row * frame.channels + channel);
    const column = (field: 'value' | 'expected' | 'width') =>
      Float64Array.from(events, (event) => event[field]);
    return {
      measurement: 'event',
      length: rows.length,
      series: names(frame, { rows, places }),
      time: pick(frame.time, rows),
      tags: { model: model.name, kind, h: horizonTag(horizon) },
      fields: {
        value: column('value'),
        expected: column('expected'),
        width: column('width'),
        ...revisionOf(frame, rows),
      },
      offset: pick(frame.offset, rows),
    };
  });
}

function evictedPoints({ revisions }: Partial<Aligned>, leaving: readonly Leaving[], model: Model): Points {
  const { length } = leaving;
  const column = (field: 'time' | 'offset' | 'seen' | 'due') =>
    Float64Array.from(leaving, (one) => one[field]);
  return {
    measurement: 'event',
    length,
    series: leaving.map(({ name }) => name),
    time: column('time'),
    tags: { model: model.name, kind: EVICTED, h: horizonTag(0) },
    fields: {
      value: column('seen'),
      expected: column('due'),
      width: new Float64Array(length).fill(NaN),
      ...(revisions && { revision: new Float64Array(length) }),
    },
    offset: column('offset'),
  };
}

/**
 * Anomalies and events that were told before a late reading came and are none any more: `anomaly,series=S revision=…,state="withdrawn" <event time>`,
 * and the same of `event` with its tags. None where no late readings are taken in. Where readings are judged, anomalies are what `oddPoints` tells of.
 */
export function withdrawnPoints(frame: Eventful & Partial<Aligned & Judged>, model: Model): Points[] {
  const { takenBack, targets, judgedBefore } = frame;
  if (!takenBack) return [];
  const isGone = (_: number, at: number): boolean =>
    !judgedBefore && (takenBack[at]! & TAKEN_BACK.anomaly) !== 0;
  const anomalous = choose(frame, targets, isGone);
  const events = takenBackOf(frame);
  if (anomalous.rows.length === 0 && events.length === 0) return [];
  const groups = Map.groupBy(events, ({ kind, horizon }) => `${kind} ${horizon}`);
  return [
    withdrawn(frame, 'anomaly', {}, anomalous),
    ...Array.from(groups.values(), (group) => {
      const { kind, horizon } = group[0]!;
      const rows = group.map(({ row }) => row);
      const places = group.map(({ row, channel }) => row * frame.channels + channel);
      return withdrawn(frame, 'event', { model: model.name, kind, h: horizonTag(horizon) }, { rows, places });
    }),
  ];
}

function withdrawn(
  frame: Frame & Partial<Aligned>,
  measurement: 'anomaly' | 'event',
  tags: Readonly<Record<string, string>>,
  chosen: Pick<Chosen, 'rows' | 'places'>,
): Points {
  const { rows } = chosen;
  return {
    measurement,
    length: rows.length,
    series: names(frame, chosen),
    time: pick(frame.time, rows),
    tags,
    fields: revisionOf(frame, rows),
    labels: WITHDRAWN,
    offset: pick(frame.offset, rows),
  };
}
