import { LOWERED, RAISED, RETURNED } from '../forecast/coverage.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { Scored } from '../forecast/score.ts';
import type { Frame } from '../frame.ts';
import type { Learned } from '../learn/learn.ts';
import { type Detected, TAKEN_BACK } from './detect.ts';

/** What may happen to the forecasts of a series: their errors have grown or shrunk, they are learned anew; their bands hold too little, too much, as much as they should again. */
export const EVENT_KINDS = [
  'drift-up',
  'drift-down',
  'relearn',
  'coverage-low',
  'coverage-high',
  'coverage-back',
] as const;
/** One of `EVENT_KINDS`. */
export type EventKind = (typeof EVENT_KINDS)[number];

/** An event at one reading of one channel. One kind comes at most once for a reading, a channel and a horizon. */
export interface ForecastEvent {
  /** What has happened. */
  readonly kind: EventKind;
  /** i, row of the frame. */
  readonly row: number;
  /** Its place in a reading. */
  readonly channel: number;
  /** Steps ahead that it was found at: of drift and what follows from it the nearest. */
  readonly horizon: number;
  /** Of drift: |value − forecast| of this reading, in the series' units. Of coverage: the live coverage. */
  readonly value: number;
  /** Of drift: the usual |value − forecast| until then. Of coverage: the share that was promised. */
  readonly expected: number;
  /** Of coverage: the live mean width of the band, in the series' units; else NaN. */
  readonly width: number;
}

/** The columns that events are read from, as far as the stages `score`, `detect` and `learn` stand in the pipeline. */
export type Eventful = Frame & Forecasted & Partial<Scored & Detected & Learned>;

/** The events of a frame by row, channel and horizon; in most frames there are none. */
export function eventsOf(frame: Eventful): readonly ForecastEvent[] {
  const events: ForecastEvent[] = [];
  addDrifts(frame, events);
  addCoverages(frame, events);
  return events.toSorted((a, b) => a.row - b.row || a.channel - b.channel || a.horizon - b.horizon);
}

/** An event that was told of a reading before a late one came, and is not any more. */
export type TakenBackEvent = Pick<ForecastEvent, 'kind' | 'row' | 'channel' | 'horizon'>;

/** The events that are taken back with a frame; none where no late readings are taken in. */
export function takenBackOf(frame: Eventful): readonly TakenBackEvent[] {
  const { targets, horizons, takenBack, takenBackTurns = [], relearned } = frame;
  const events: TakenBackEvent[] = takenBackTurns.map(({ turn, ...event }) => ({
    ...event,
    kind: TURNS.get(turn)!,
  }));
  takenBack?.forEach((bits, at) => {
    const add = (kind: EventKind): void => {
      const row = Math.floor(at / targets.length);
      events.push({ kind, row, channel: targets[at % targets.length]!, horizon: horizons[0]! });
    };
    if ((bits & TAKEN_BACK.driftUp) !== 0) add('drift-up');
    if ((bits & TAKEN_BACK.driftUp) !== 0 && relearned) add('relearn');
    if ((bits & TAKEN_BACK.driftDown) !== 0) add('drift-down');
  });
  return events;
}

function addDrifts(frame: Eventful, to: ForecastEvent[]): void {
  const { channels, targets, horizons, value, expected, usualError, drift, relearned } = frame;
  if (!drift) return;
  for (let at = 0; at < drift.length; at++) {
    if (drift[at] === 0) continue;
    const row = Math.floor(at / targets.length);
    const channel = targets[at % targets.length]!;
    const error = value[row * channels + channel]! - expected![at]!;
    const event = {
      row,
      channel,
      horizon: horizons[0]!,
      value: Math.min(Number.MAX_VALUE, Math.abs(error)),
      expected: usualError![at]!,
      width: NaN,
    };
    to.push({ ...event, kind: drift[at] === 1 ? 'drift-up' : 'drift-down' });
    if (relearned?.[at] === 1) to.push({ ...event, kind: 'relearn' });
  }
}

function addCoverages({ coverageTurns }: Eventful, to: ForecastEvent[]): void {
  if (!coverageTurns) return;
  for (const { turn, row, channel, horizon, coverage, level, width } of coverageTurns)
    to.push({ kind: TURNS.get(turn)!, row, channel, horizon, value: coverage, expected: level, width });
}

const TURNS: ReadonlyMap<number, EventKind> = new Map([
  [LOWERED, 'coverage-low'],
  [RAISED, 'coverage-high'],
  [RETURNED, 'coverage-back'],
]);
