import type { Aligned } from '../../src/align/align.ts';
import type { Eventful } from '../../src/detect/events.ts';
import type { Detected } from '../../src/detect/detect.ts';
import type { Forecasted } from '../../src/forecast/forecast.ts';
import type { Frame } from '../../src/frame.ts';
import { sinTurns } from '../../src/maths/turns.ts';
import type { Memory } from '../../src/memory/memory.ts';
import type { Model } from '../../src/model/model.ts';
import { seededRandom } from '../../src/model/random.ts';
import {
  anomalyPoints,
  eventPoints,
  forecastPoints,
  readingPoints,
  withdrawnPoints,
} from '../../src/sink/frame-points.ts';
import { isWithdrawn, type Points, revisionAt } from '../../src/sink/points.ts';

/** A reading of a test's stream, as a record holds it. */
export interface LateReading {
  readonly s: string;
  readonly t: number;
  readonly v: number;
  /** Further channels; null or absent: not observed. */
  readonly w?: number | null;
}

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

/**
 * Readings of some series about a minute apart, in order of time: daily shapes that grow, noise, outliers, gaps of many minutes, times between the minutes.
 *
 * @param outliers share of the readings
 */
export function orderedStream(
  seed: number,
  length: number,
  { series = 3, outliers = 0.01 } = {},
): LateReading[] {
  const random = seededRandom(seed);
  const times = Array.from({ length: series }, () => START);
  const readings = Array.from({ length }, (_, i): LateReading => {
    const s = i % series;
    const gap = random() < 0.01 ? 1 + Math.floor(random() * 40) : 1;
    times[s] = times[s]! + MINUTE * gap;
    const t = times[s] + (random() < 0.1 ? Math.floor(random() * 30_000) : 0);
    const growth = i > length * 0.7 ? 8 : 1;
    const noise = growth * (random() + random() - 1);
    const v = 5 * sinTurns(t / (240 * MINUTE)) + 100 * s + noise + (random() < outliers ? 60 : 0);
    return { s: `series-${s}`, t, v, ...(random() < 0.7 && { w: random() < 0.5 ? v + random() : null }) };
  });
  return inOrder(readings);
}

/** In order of time; equal times as they stood. */
export function inOrder(readings: readonly LateReading[]): LateReading[] {
  return readings.toSorted((a, b) => a.t - b.t);
}

/** As they might arrive, each with a delay below `grace` ms: none lies the grace or more behind any that came before it. */
export function shuffledWithin(readings: readonly LateReading[], grace: number, seed: number): LateReading[] {
  const random = seededRandom(seed);
  return readings
    .map((reading) => ({ reading, arrival: reading.t + (random() < 0.6 ? 0 : random() * grace * 0.999) }))
    .toSorted((a, b) => a.arrival - b.arrival)
    .map(({ reading }) => reading);
}

/** The first of each series and time. */
export function firstOnly(readings: readonly LateReading[]): LateReading[] {
  const seen = new Set<string>();
  return readings.filter(({ s, t }) => seen.size < seen.add(`${s} ${t}`).size);
}

/** What stands after all that was told: each point by its identity, without its revision. */
export class Standing {
  readonly points = new Map<string, string>();
  /** How often a point has taken the place of another, and how often one was withdrawn. */
  replaced = 0;
  withdrawn = 0;

  take(all: readonly Points[]): void {
    for (const block of all) for (let i = 0; i < block.length; i++) this.#put(block, i);
  }

  #put(block: Points, i: number): void {
    const { measurement, series, time, tags, fields } = block;
    const identity = JSON.stringify([measurement, series[i], tags, time[i]]);
    const revision = revisionAt(block, i);
    if (isWithdrawn(block)) {
      if (!this.points.delete(identity)) throw new Error(`${identity} is withdrawn and was not there`);
      this.withdrawn++;
      return;
    }
    if (this.points.has(identity)) {
      if (revision === 0) throw new Error(`${identity} is told twice at first`);
      this.replaced++;
    }
    const { revision: _, ...numbers } = fields;
    const values = Object.entries(numbers).map(([name, column]) => [name, String(column[i])]);
    this.points.set(identity, JSON.stringify(values));
  }

  get sorted(): readonly string[] {
    return [...this.points].map(([identity, values]) => `${identity} ${values}`).toSorted();
  }
}

/** All that live-forecast tells of a frame. */
export function pointsOf(
  frame: Frame & Aligned & Forecasted & Detected & Eventful,
  model: Model,
  store: readonly number[],
): readonly Points[] {
  return [
    readingPoints(frame),
    ...forecastPoints(frame, model, { store }),
    anomalyPoints(frame),
    ...eventPoints(frame, model),
    ...withdrawnPoints(frame, model),
  ];
}

/** The rows of all series, by their names. */
export function rowsByName(memory: Memory): Record<string, string> {
  return Object.fromEntries(
    [...memory.all()]
      .map(({ series, bytes }) => [series, Buffer.from(bytes).toString('base64')] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
