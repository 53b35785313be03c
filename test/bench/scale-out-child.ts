/**
 * One of the workers of the scale-out bench: a member of a consumer group with state in Kafka, in a process of its own. It tells the partitions
 * that it has and the readings that it has committed; when the parent answers, it gives its result and ends.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Commit } from '../../src/store/store.ts';
import { benchTasks } from './bench-tasks.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { giveResult, tellProgress } from './in-child.ts';

/** What the child is asked to do. */
export interface ScaleOutJob {
  /** Settings of live-forecast as `path=value`. */
  readonly set: readonly string[];
  /** Readings of this worker after which it is measured: its code is compiled then. */
  readonly warm: number;
}

export interface ScaleOutProgress {
  /** Partitions that this worker has. */
  readonly open: number;
  /** Readings that it has committed. */
  readonly readings: number;
}

/** What it measured, from a commit to its last; readings are those taken in. */
export interface ScaleOutResult {
  readonly readings: number;
  readonly cpuSeconds: number;
  readonly commits: number;
  /** Rows of series that went to the changelog, and their bytes without keys. */
  readonly rows: number;
  readonly rowBytes: number;
  /** All readings, and all CPU time since the first came: compilation is in it. */
  readonly wholeReadings: number;
  readonly wholeCpuSeconds: number;
}

const OPEN_EVERY_MS = 50;

const job = JSON.parse(process.argv[2]!) as ScaleOutJob;
const settings = loadSettings(liveForecast.settings, { defaults: liveForecast.defaults, set: job.set });

interface Mark {
  readonly readings: number;
  readonly cpu: number;
  readonly commits: number;
  readonly rows: number;
  readonly rowBytes: number;
}

let [readings, commits, rows, rowBytes] = [0, 0, 0, 0];
let [first, warm, last]: (Mark | undefined)[] = [];
const mark = (): Mark => ({ readings: taken(), cpu: cpuSeconds(), commits, rows, rowBytes });
/** With those that wait for their commit: their CPU time is in what is measured. */
const taken = (): number => readings + tasks.all.reduce((sum, one) => sum + one.pendingReadings, 0);
const { source, tasks, stop } = await benchTasks({
  settings,
  isKept: true,
  around: (store) => ({
    name: store.name,
    open: (...given) => store.open(...given),
    commit: (commit) => store.commit({ ...commit, rows: counted(commit.rows) }),
    isOverdue: (partition) => store.isOverdue?.(partition) ?? false,
    close: () => store.close(),
  }),
});
tasks.onCommit((_, committed) => {
  commits += 1;
  readings += committed.readings;
  last = mark();
  if (readings >= job.warm) warm ??= last;
  tellProgress({ open: tasks.all.length, readings } satisfies ScaleOutProgress);
});

const running = source.run(
  {
    open: (partition) => tasks.open(partition),
    handle: (batch) => {
      first ??= mark();
      return tasks.handle(batch);
    },
    lose: (partition) => tasks.lose(partition),
    drain: () => tasks.drain(),
    onBroken: (listener) => tasks.onBroken(listener),
  },
  stop.signal,
);
Promise.race([running, tasks.failed]).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
process.once('message', () => {
  if (!first || !warm || !last) throw new Error(`Expected ${job.warm} readings, got ${readings}`);
  void giveResult({
    readings: last.readings - warm.readings,
    cpuSeconds: last.cpu - warm.cpu,
    commits: last.commits - warm.commits,
    rows: last.rows - warm.rows,
    rowBytes: last.rowBytes - warm.rowBytes,
    wholeReadings: last.readings,
    wholeCpuSeconds: last.cpu - first.cpu,
  } satisfies ScaleOutResult);
});
// until the first commit there is nothing else that would tell
const hasCommitted = (): boolean => last !== undefined;
while (!hasCommitted()) {
  tellProgress({ open: tasks.all.length, readings } satisfies ScaleOutProgress);
  await sleep(OPEN_EVERY_MS);
}

function counted(given: Commit['rows']): Commit['rows'] {
  return {
    *[Symbol.iterator]() {
      for (const row of given) {
        rows += 1;
        rowBytes += row.bytes.length;
        yield row;
      }
    },
  };
}
