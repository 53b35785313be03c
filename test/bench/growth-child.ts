/**
 * live-forecast with so many series, in a process of its own, so that its CPU time and its memory are its own: no Kafka, the readings are made
 * here and handed to the tasks as a source does. The job comes as the argument, the result goes to the parent.
 */
import { subscribe } from 'node:diagnostics_channel';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { benchTasks } from './bench-tasks.ts';
import { cpuSeconds } from './cpu-seconds.ts';
import { giveResult } from './in-child.ts';
import { sensorReadings } from './readings.ts';

/** What the child is asked to do. */
export interface GrowthJob {
  /** Settings of live-forecast as `path=value`. */
  readonly set: readonly string[];
  readonly series: number;
  /** Readings of each series that come before anything is timed. */
  readonly warm: number;
  /** Readings that are timed, of all series; 0: the state is restored, nothing more. */
  readonly measured: number;
  /** SQLite file of the state; undefined: none is kept. */
  readonly path: string | undefined;
}

/** What it measured. */
export interface GrowthResult {
  readonly readings: number;
  /** Of tasks and store, without the making of the readings. */
  readonly seconds: number;
  /** CPU seconds of the floor: `JSON.parse` of the same records, in turn with what is measured. */
  readonly floorCpu: number;
  /** CPU seconds from the records to their outputs. */
  readonly stagesCpu: number;
  /** CPU seconds of the commits. */
  readonly commitsCpu: number;
  readonly commits: number;
  readonly commitSeconds: number;
  /** Until the state of all partitions was there, s. */
  readonly restoreSeconds: number;
  readonly series: number;
  /** RSS when all was done and cleaned up, bytes. */
  readonly rss: number;
  /** As computed from the settings. */
  readonly bytesPerSeries: number;
}

const PARTITIONS = 6;
/** Records handed over at once. */
const BATCH = 2000;

/** The readings are made here, and nobody is told of what comes of them. */
const ALONE = [
  'input={kind: kafka, brokers: ["none:1"], topic: none, group: none, decode: {format: json, values: [value]}}',
  'output.kind=none',
  'page.enabled=false',
];

const job = JSON.parse(process.argv[2]!) as GrowthJob;
const stored = job.path === undefined ? [] : ['store.kind=sqlite', `store.path=${job.path}`];
const settings = loadSettings(liveForecast.settings, {
  defaults: liveForecast.defaults,
  set: [...ALONE, ...job.set, ...stored],
});
const { tasks } = await benchTasks({ settings, isKept: job.path !== undefined });

const timed = { seconds: 0, floorCpu: 0, handleCpu: 0, commitsCpu: 0, commits: 0, commitSeconds: 0 };
let isTimed = false;
let begun = { cpu: 0, at: 0 };
subscribe('tracing:foretide:commit:start', () => {
  begun = { cpu: cpuSeconds(), at: performance.now() };
});
subscribe('tracing:foretide:commit:asyncEnd', () => {
  if (!isTimed) return;
  timed.commits += 1;
  timed.commitsCpu += cpuSeconds() - begun.cpu;
  timed.commitSeconds += (performance.now() - begun.at) / 1000;
});

const opening = performance.now();
for (let partition = 0; partition < PARTITIONS; partition++) await tasks.open(partition);
const restoreSeconds = (performance.now() - opening) / 1000;
if (job.measured > 0) await play();
// what V8 keeps free for garbage to come is none of the state
globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
await giveResult({
  readings: job.measured,
  seconds: timed.seconds,
  floorCpu: timed.floorCpu,
  stagesCpu: timed.handleCpu - timed.commitsCpu,
  commitsCpu: timed.commitsCpu,
  commits: timed.commits,
  commitSeconds: timed.commitSeconds,
  restoreSeconds,
  series: tasks.all.reduce((sum, { memory }) => sum + memory.length, 0),
  rss: process.memoryUsage.rss(),
  bytesPerSeries: tasks.all[0]!.memory.bytesPerSeries,
} satisfies GrowthResult);

/** All readings, series by series as they would come; then what is left is committed. */
async function play(): Promise<void> {
  const untimed = job.series * job.warm;
  const waiting = Array.from({ length: PARTITIONS }, (): SourceRecord[] => []);
  const offsets = waiting.map(() => 0);
  let k = 0;
  for (const reading of sensorReadings(untimed + job.measured, job.series)) {
    // what has begun before the timed readings is handed over before them
    if (k === untimed) {
      for (const partition of waiting.keys()) await handOver(partition, waiting[partition]!.splice(0));
      isTimed = true;
    }
    const partition = (k++ % job.series) % PARTITIONS;
    const records = waiting[partition]!;
    records.push({ offset: offsets[partition]!++, key: null, value: Buffer.from(JSON.stringify(reading)) });
    if (records.length === BATCH) await handOver(partition, records.splice(0));
  }
  for (const partition of waiting.keys()) await handOver(partition, waiting[partition]!.splice(0));
  const [at, cpu] = [performance.now(), cpuSeconds()];
  await tasks.drain();
  timed.seconds += (performance.now() - at) / 1000;
  timed.handleCpu += cpuSeconds() - cpu;
}

async function handOver(partition: number, records: readonly SourceRecord[]): Promise<void> {
  if (records.length === 0) return;
  const floor = cpuSeconds();
  if (isTimed) for (const { value } of records) JSON.parse(Buffer.from(value!).toString());
  const [at, cpu] = [performance.now(), cpuSeconds()];
  await tasks.handle({ partition, records, next: records.at(-1)!.offset + 1 });
  if (!isTimed) return;
  timed.floorCpu += cpu - floor;
  timed.handleCpu += cpuSeconds() - cpu;
  timed.seconds += (performance.now() - at) / 1000;
}
