/**
 * The peers' job once, in a process of its own. It takes what it needs from the environment and prints a line of JSON that begins with
 * `{"events"`, as all of the peers do:
 *
 * KAFKA, TOPIC, N, GROUP; VARIANT A (counts, state in memory) or B (writes a point a reading to InfluxDB, state exactly once in Kafka), for
 * which INFLUX_URL, INFLUX_ORG, INFLUX_BUCKET and INFLUX_TOKEN; MODEL_DIR with weights.safetensors (default: weights from a seed); STATE_DIR;
 * CHECK_OUT: a file for the first 20 forecasts of five sensors.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tap } from 'rxjs';
import { loadSettings } from '../../src/config/load.ts';
import type { Frame } from '../../src/frame.ts';
import { readSafetensors, writeSafetensors } from '../../src/model/safetensors.ts';
import { run } from '../../src/run/run.ts';
import type { Batch } from '../../src/source/source.ts';
import { benchTasks } from './bench-tasks.ts';
import { peersJob } from './peers-job-pipeline.ts';
import { ServiceTimes } from './service-times.ts';
import { Stopwatch } from './stopwatch.ts';

const CHECKED = { before: 's0005', each: 20 };
/** What the job calls its tensors, and what a PyTorch module does. */
const NAMES = {
  w_ih: 'lstm.weight_ih_l0',
  w_hh: 'lstm.weight_hh_l0',
  b_ih: 'lstm.bias_ih_l0',
  b_hh: 'lstm.bias_hh_l0',
  w_out: 'head.weight',
  b_out: 'head.bias',
} as const;

const given = (name: string, otherwise?: string): string => {
  const value = process.env[name] ?? otherwise;
  if (value === undefined) throw new Error(`Expected ${name} in the environment`);
  return value;
};
const N = Number(given('N'));
const isStored = given('VARIANT', 'A') === 'B';
const folder = given('STATE_DIR', mkdtempSync(join(tmpdir(), 'foretide-peers-')));
const stopwatch = new Stopwatch(N);
const times = new ServiceTimes(N);
const checked: string[] = [];
const seen = new Map<string, number>();

const pipeline = peersJob(isStored, (frame) => {
  times.end(frame.length);
  stopwatch.add(frame.records);
  if (checked.length < 5 * CHECKED.each) check(frame);
});

const settings = loadSettings(pipeline.settings, {
  defaults: {},
  set: [
    `input={kind: kafka, brokers: ["${given('KAFKA')}"], topic: "${given('TOPIC')}", group: "${given('GROUP')}"}`,
    'input.decode={format: json, series: sensor, time: time, values: [value]}',
    'page.enabled=false',
    'commit={every: 1s, readings: 1000000}',
    ...modelSettings(),
    ...(isStored
      ? [
          `output={kind: influxdb, url: "${given('INFLUX_URL')}", org: "${given('INFLUX_ORG')}", bucket: "${given('INFLUX_BUCKET')}"}`,
        ]
      : ['output.kind=none', 'store.kind=sqlite']),
  ],
});

await (isStored ? withStore() : inMemory());
report();

/** The weights of MODEL_DIR under PyTorch's names, or from a seed. */
function modelSettings(): string[] {
  const from = process.env['MODEL_DIR'];
  if (from === undefined) return ['model={cell: lstm, hidden: 64, horizon: 12, seed: 1}'];
  const { tensors, metadata } = readSafetensors(readFileSync(join(from, 'weights.safetensors')));
  const renamed = new Map(
    Array.from(tensors, ([name, tensor]) => [NAMES[name as keyof typeof NAMES], tensor]),
  );
  const path = join(folder, 'model.safetensors');
  writeFileSync(path, writeSafetensors({ tensors: renamed, metadata }));
  return [`model={file: "${path}"}`];
}

/** A: what a task holds is all there is. */
async function inMemory(): Promise<void> {
  const { source, tasks, stop } = await benchTasks({ pipeline, settings, isKept: false });
  const running = source.run(
    {
      open: (partition) => tasks.open(partition),
      handle: (batch) => timed(batch, () => tasks.handle(batch)),
      lose: (partition) => tasks.lose(partition),
      drain: () => tasks.drain(),
    },
    stop.signal,
  );
  await Promise.race([running, through()]);
}

/** B: `run`, as it runs live. */
async function withStore(): Promise<void> {
  process.env['INFLUX_TOKEN'] = given('INFLUX_TOKEN');
  let committed = 0;
  const timedJob: typeof pipeline = {
    ...pipeline,
    topology: (known, parts) => {
      const topology = pipeline.topology(known, parts);
      return (batches) => topology(batches.pipe(tap((batch) => begin(batch))));
    },
  };
  const running = await run({
    pipeline: timedJob,
    settings,
    onCommit: (_, { readings }) => {
      committed += readings;
    },
  });
  await Promise.race([running.finished, through(() => committed >= N)]);
}

async function timed(batch: Batch, work: () => Promise<void>): Promise<void> {
  begin(batch);
  await work();
}

function begin({ records }: Batch): void {
  if (records.length > 0) stopwatch.start();
  times.begin();
}

async function through(isDone = (): boolean => true): Promise<void> {
  while (!stopwatch.isThrough || !isDone()) await sleep(1);
}

function check({ length, name, time, told }: Frame & { readonly told: Float64Array }): void {
  for (let i = 0; i < length; i++) {
    const sensor = name[i]!;
    const count = seen.get(sensor) ?? 0;
    if (sensor >= CHECKED.before || count >= CHECKED.each) continue;
    seen.set(sensor, count + 1);
    checked.push(`${sensor},${time[i]!},${told.subarray(i * 12, i * 12 + 12).join()}\n`);
  }
}

function report(): never {
  const { whole, secondHalf } = stopwatch.stop();
  const out = process.env['CHECK_OUT'];
  if (out !== undefined) writeFileSync(out, checked.join(''));
  const rounded = (x: number, digits: number): number => Number(x.toFixed(digits));
  const line = JSON.stringify({
    events: N,
    wall_s: rounded(whole.seconds, 3),
    eps: Math.round(whole.records / whole.seconds),
    eps_2nd_half: Math.round(secondHalf.records / secondHalf.seconds),
    cpu_s: rounded(whole.cpuSeconds, 3),
    cpu_s_per_100k: rounded((whole.cpuSeconds / whole.records) * 1e5, 3),
    ...times.figures(),
    rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    node: process.version,
  });
  writeFileSync(1, `${line}\n`);
  process.exit();
}
