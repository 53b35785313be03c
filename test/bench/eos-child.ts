/**
 * One run of the exactly-once bench in a process of its own, so that its CPU time and its memory are its own. The job comes as the
 * argument, the result goes to the parent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { benchTasks } from './bench-tasks.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { giveResult } from './in-child.ts';

/** What the child is asked to do. */
export interface EosJob {
  readonly store: 'none' | 'kafka';
  /** Settings of live-forecast as `path=value`. */
  readonly set: readonly string[];
  /** Readings that are to be committed; 0: the state is restored, nothing more. */
  readonly count: number;
  readonly partitions: number;
}

/** What it measured. */
export interface EosResult {
  readonly readings: number;
  /** From when all partitions are open, or the first record comes where that is later, to the last commit. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Readings that were taken in within that time. */
  readonly measured: number;
  readonly commits: number;
  /** Commits that failed: their partitions were opened anew. */
  readonly failures: number;
  readonly series: number;
  /** Of the longest opening of a partition, from when all began. */
  readonly restoreSeconds: number;
  /** RSS when all was open and had been cleaned up, and before anything was, bytes. */
  readonly rss: number;
  readonly emptyRss: number;
  readonly bytesPerSeries: number;
}

const job = JSON.parse(process.argv[2]!) as EosJob;
const settings = loadSettings(liveForecast.settings, { defaults: liveForecast.defaults, set: job.set });
const { source, tasks, stop, store } = await benchTasks({ settings, isKept: job.store === 'kafka' });

let [readings, commits, failures, first, cpu, before] = [0, 0, 0, 0, 0, 0];
let [opening, opened] = [0, 0];
tasks.onCommit((_, committed) => {
  commits += 1;
  readings += committed.readings;
});
const handler = {
  open: async (partition: number) => {
    opening ||= performance.now();
    const next = await tasks.open(partition);
    opened = performance.now();
    return next;
  },
  handle: async (batch: Parameters<typeof tasks.handle>[0]) => {
    if (job.count === 0) return;
    if (first === 0 && tasks.all.length === job.partitions) {
      before = readings + tasks.all.reduce((sum, { pendingReadings }) => sum + pendingReadings, 0);
      [first, cpu] = [performance.now(), cpuSeconds()];
    }
    await tasks.handle(batch);
  },
  lose: (partition: number) => tasks.lose(partition),
  drain: () => tasks.drain(),
  onBroken: (listener: (partition: number, error: unknown) => void) =>
    tasks.onBroken((partition, error) => {
      failures += 1;
      console.error(error);
      listener(partition, error);
    }),
};
globalThis.gc?.();
const emptyRss = process.memoryUsage.rss();
const running = source.run(handler, stop.signal);
running.catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
while (tasks.all.length < job.partitions || readings < job.count) await sleep(2);
const end = performance.now();
const cpuTaken = cpuSeconds() - cpu;
// what V8 keeps free for garbage to come is none of the state
globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
const result: EosResult = {
  readings,
  seconds: (end - first) / 1000,
  cpuSeconds: cpuTaken,
  measured: readings - before,
  commits,
  failures,
  series: tasks.all.reduce((sum, { memory }) => sum + memory.length, 0),
  restoreSeconds: (opened - opening) / 1000,
  rss: process.memoryUsage.rss(),
  emptyRss,
  bytesPerSeries: tasks.all[0]!.memory.bytesPerSeries,
};
stop.abort();
await running;
await tasks.close();
await store.close();
await giveResult(result);
