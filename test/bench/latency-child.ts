/**
 * live-forecast from Kafka to InfluxDB in a process of its own, each reading timed from when it was due to when its outputs are acknowledged and
 * committed. The job comes as the argument, the result goes to the parent.
 */
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { tap } from 'rxjs';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Batch } from '../../src/source/source.ts';
import { benchTasks } from './bench-tasks.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { giveResult, tellProgress } from './in-child.ts';
import { Latencies, type Percentiles } from './latencies.ts';
import { dueOf, preciseNow } from './rate-producer.ts';

/** What the child is asked to do. */
export interface LatencyJob {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly partitions: number;
  /** Settings of live-forecast as `path=value`. */
  readonly set: readonly string[];
  /** Readings that are to be committed. */
  readonly count: number;
  /** Readings that come before anything is timed. */
  readonly warm: number;
  /** Whether the readings say when they were due; else only the rate is measured. */
  readonly isStamped: boolean;
}

/** The way of a reading, in order. */
export const PARTS = ['fetch', 'queue', 'stages', 'wait', 'sink', 'store'] as const;

/** What it measured. */
export interface LatencyResult {
  readonly readingsPerSecond: number;
  readonly cpuSecondsPer100k: number;
  readonly commits: number;
  /** Until InfluxDB has acknowledged; until all is committed; and by part. Undefined where the readings do not say when they were due. */
  readonly latency?: Readonly<Record<'acknowledged' | 'committed' | (typeof PARTS)[number], Percentiles>>;
}

/** Readings that came together; instants in ms since 1970. */
interface Arrival {
  readonly due: Float64Array;
  readonly handed: number;
  begun: number;
  ended: number;
}

/** A partition's arrivals that are not committed, and the commit under way. */
interface Waiting {
  readonly arrivals: Arrival[];
  commit: number;
  sink: number;
  acknowledged: number;
}

const job = JSON.parse(process.argv[2]!) as LatencyJob;
const settings = loadSettings(liveForecast.settings, { defaults: liveForecast.defaults, set: job.set });

const [acknowledged, committed] = [new Latencies(), new Latencies()];
const parts = PARTS.map(() => new Latencies());
const waiting = Array.from({ length: job.partitions }, (): Waiting => ({
  arrivals: [],
  commit: 0,
  sink: 0,
  acknowledged: 0,
}));
const arrivalOf = new WeakMap<Batch, Arrival>();
let atWork: Arrival | undefined;
const timed: typeof liveForecast = {
  ...liveForecast,
  topology: (given, made) => {
    const topology = liveForecast.topology(given, made);
    return (batches) =>
      batches.pipe(
        tap((batch) => {
          atWork = arrivalOf.get(batch);
          if (atWork) atWork.begun = preciseNow();
        }),
        topology,
        tap(() => {
          if (atWork) atWork.ended = preciseNow();
        }),
      );
  },
};
const at = (work: string, then: (partition: Waiting) => void): void =>
  subscribe(`tracing:foretide:${work}`, (facts) =>
    then(waiting[(facts as { readonly partition: number }).partition]!),
  );
at('commit:start', (one) => {
  one.commit = preciseNow();
});
at('sink-write:start', (one) => {
  one.sink = preciseNow();
});
at('sink-write:asyncEnd', (one) => {
  one.acknowledged = preciseNow();
});

const { source, tasks, stop } = await benchTasks({ pipeline: timed, settings, isKept: true });
let [readings, commits] = [0, 0];
let begun: { readonly readings: number; readonly at: number; readonly cpu: number } | undefined;
tasks.onCommit(({ partition }, one) => {
  commits += 1;
  readings += one.readings;
  if (job.isStamped) note(waiting[partition]!, preciseNow());
  if (readings >= job.warm) begun ??= { readings, at: preciseNow(), cpu: cpuSeconds() };
});

const running = source.run(
  {
    open: (partition) => tasks.open(partition),
    handle: (batch) => {
      if (job.isStamped) arrive(batch);
      return tasks.handle(batch);
    },
    lose: (partition) => tasks.lose(partition),
    drain: () => tasks.drain(),
  },
  stop.signal,
);
const failed = Promise.race([running, tasks.failed]);
failed.catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
while (tasks.all.length < job.partitions) await sleep(2);
tellProgress('ready');
while (readings < job.count) await sleep(2);
const [seconds, cpu] = [(preciseNow() - begun!.at) / 1000, cpuSeconds() - begun!.cpu];
await giveResult({
  readingsPerSecond: (readings - begun!.readings) / seconds,
  cpuSecondsPer100k: (cpu / (readings - begun!.readings)) * 100_000,
  commits,
  ...(job.isStamped && {
    latency: {
      acknowledged: acknowledged.percentiles(),
      committed: committed.percentiles(),
      ...(Object.fromEntries(PARTS.map((part, i) => [part, parts[i]!.percentiles()])) as Record<
        (typeof PARTS)[number],
        Percentiles
      >),
    },
  }),
} satisfies LatencyResult);

function arrive(batch: Batch): void {
  const due = Float64Array.from(batch.records, ({ value }) => dueOf(value!));
  const arrival = { due, handed: preciseNow(), begun: 0, ended: 0 };
  arrivalOf.set(batch, arrival);
  waiting[batch.partition]!.arrivals.push(arrival);
}

/** A commit of a partition has ended: it holds what had gone through the stages before it began. */
function note({ arrivals, commit, sink: given, acknowledged: taken }: Waiting, now: number): void {
  while (arrivals[0] && arrivals[0].ended !== 0 && arrivals[0].ended <= commit) {
    const { due, handed, begun: first, ended } = arrivals.shift()!;
    if (readings <= job.warm) continue;
    for (const one of due) {
      acknowledged.add(taken - one);
      committed.add(now - one);
      const times = [handed - one, first - handed, ended - first, given - ended, taken - given, now - taken];
      times.forEach((time, i) => parts[i]!.add(time));
    }
  }
}
