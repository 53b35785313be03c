import type { SoakLine, SoakSample } from './soak-samples.ts';
import { type Point, type Slope, slopeOf } from './slope.ts';

/** Whether a figure grows: `yes` and `no` where its interval lies on one side of the bound, `open` where the bound lies in it. */
export type Verdict = 'yes' | 'no' | 'open';

/** A figure in one life of what it is of. */
export interface SoakFigure {
  readonly name: string;
  /** What it is counted in. */
  readonly unit: string;
  /** From 1 on. */
  readonly life: number;
  readonly points: readonly Point[];
  /** Null where the life is too short. */
  readonly slope: Slope | null;
  /** The slope from which on it counts as growing, in its unit an hour; null: it is told, not judged. */
  readonly bound: number | null;
  readonly verdict: Verdict | null;
}

interface Measure {
  readonly name: string;
  readonly unit: string;
  /** Whether each life of the worker is a line of its own; else the whole soak is. */
  readonly isOfWorker: boolean;
  /** A share of its level, or so much of its unit; an hour. */
  readonly bound: { readonly share: number } | { readonly amount: number } | null;
  readonly read: (sample: SoakSample) => number | null | undefined;
}

const MIB = 1024 * 1024;
/** What a life begins with is not counted: so many seconds, or this share of it where that is longer. */
const WARM_SECONDS = 600;
const WARM_SHARE = 0.1;
/** Nor is what follows a restart, s. */
const UPSET = 180;

const inMib = (bytes: number | null | undefined): number | undefined =>
  bytes === null || bytes === undefined ? undefined : bytes / MIB;
const inMillis = (seconds: number | null | undefined): number | undefined =>
  seconds === null || seconds === undefined ? undefined : seconds * 1000;

const ONE_PERCENT = { share: 0.01 };
const MEASURES: readonly Measure[] = [
  {
    name: 'worker: RSS',
    unit: 'MiB',
    isOfWorker: true,
    bound: ONE_PERCENT,
    read: ({ worker }) => inMib(worker?.rss),
  },
  {
    name: 'worker: heap used',
    unit: 'MiB',
    isOfWorker: true,
    bound: ONE_PERCENT,
    read: ({ run }) => inMib(run?.heapUsed),
  },
  {
    name: 'worker: external',
    unit: 'MiB',
    isOfWorker: true,
    bound: ONE_PERCENT,
    read: ({ run }) => inMib(run?.external),
  },
  {
    name: 'worker: open handles',
    unit: '',
    isOfWorker: true,
    bound: { amount: 1 },
    read: ({ worker }) => worker?.handles,
  },
  {
    name: 'worker: active resources',
    unit: '',
    isOfWorker: true,
    bound: { amount: 1 },
    read: ({ run }) => run && sum(run.resources),
  },
  {
    name: 'worker: threads',
    unit: '',
    isOfWorker: true,
    bound: { amount: 0.5 },
    read: ({ worker }) => worker?.threads,
  },
  {
    name: 'worker: event loop, p99',
    unit: 'ms',
    isOfWorker: true,
    bound: { amount: 5 },
    read: ({ run }) => inMillis(run?.loopP99),
  },
  { name: 'worker: series', unit: '', isOfWorker: true, bound: ONE_PERCENT, read: ({ run }) => run?.series },
  { name: 'records behind', unit: '', isOfWorker: true, bound: { amount: 100 }, read: ({ run }) => run?.lag },
  {
    name: 'disk: input topic',
    unit: 'MiB',
    isOfWorker: false,
    bound: ONE_PERCENT,
    read: ({ disk }) => inMib(disk.input),
  },
  {
    name: 'disk: changelog',
    unit: 'MiB',
    isOfWorker: false,
    bound: ONE_PERCENT,
    read: ({ disk }) => inMib(disk.changelog),
  },
  {
    name: "disk: Kafka's own topics",
    unit: 'MiB',
    isOfWorker: false,
    bound: ONE_PERCENT,
    read: ({ disk }) => inMib(disk.kafkaOwn),
  },
  {
    name: 'disk: rest of Kafka',
    unit: 'MiB',
    isOfWorker: false,
    bound: { amount: 5 },
    read: ({ disk }) => inMib(Math.max(0, disk.kafkaRest)),
  },
  {
    name: 'disk: InfluxDB',
    unit: 'MiB',
    isOfWorker: false,
    bound: null,
    read: ({ disk }) => inMib(disk.influxdb),
  },
  {
    name: 'disk: InfluxDB, by reading',
    unit: 'bytes',
    isOfWorker: false,
    bound: ONE_PERCENT,
    read: ({ disk, run }) => (run?.committed ? disk.influxdb / run.committed : undefined),
  },
  {
    name: "disk: worker's folder",
    unit: 'MiB',
    isOfWorker: false,
    bound: { amount: 1 },
    read: ({ disk }) => inMib(disk.worker),
  },
  {
    name: 'broker: RSS',
    unit: 'MiB',
    isOfWorker: false,
    bound: null,
    read: ({ kafka }) => inMib(kafka?.rss),
  },
  {
    name: 'InfluxDB: RSS',
    unit: 'MiB',
    isOfWorker: false,
    bound: null,
    read: ({ influxdb }) => inMib(influxdb?.rss),
  },
];

/**
 * What a soak's samples say, figure by figure and life by life.
 *
 * @param warm seconds of a life that are not counted; a tenth of it, where that is longer
 */
export function figuresOf(lines: readonly SoakLine[], warm = WARM_SECONDS): SoakFigure[] {
  const samples = lines.filter((line) => line.kind === 'sample');
  const restarts = lines.flatMap((line) => (line.kind === 'event' ? [line.at] : []));
  const lives = [...new Set(samples.map(({ life }) => life))];
  return MEASURES.flatMap((measure) => {
    if (!measure.isOfWorker) return [figureOf(measure, 1, samples, restarts, warm)];
    return lives.map((life) =>
      figureOf(
        measure,
        life,
        samples.filter((one) => one.life === life),
        restarts,
        warm,
      ),
    );
  });
}

function figureOf(
  { name, unit, bound, read }: Measure,
  life: number,
  samples: readonly SoakSample[],
  restarts: readonly number[],
  warm: number,
): SoakFigure {
  const points = samples.flatMap((sample): Point[] => {
    const value = read(sample);
    return value === null || value === undefined ? [] : [[sample.at, value]];
  });
  const slope = slopeOf(settled(points, restarts, warm));
  const most =
    bound === null || slope === null ? null : 'share' in bound ? bound.share * slope.level : bound.amount;
  return {
    name,
    unit,
    life,
    points,
    slope,
    bound: most,
    verdict: slope && most !== null ? verdictOf(slope, most) : null,
  };
}

/** Those after the warm-up, and long enough after a restart. */
export function settled(points: readonly Point[], restarts: readonly number[], warm = WARM_SECONDS): Point[] {
  const [from, to] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  const begin = from + Math.max(warm, WARM_SHARE * (to - from));
  return points.filter(([at]) => at >= begin && restarts.every((one) => at < one || at >= one + UPSET));
}

/** @param bound slope an hour */
export function verdictOf({ low, high }: Slope, bound: number): Verdict {
  if (low > bound) return 'yes';
  return high > bound ? 'open' : 'no';
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
