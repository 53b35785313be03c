/**
 * One variant of the pipeline bench in a process of its own, so that its CPU time and its memory are its own. The job comes as
 * the argument, the result goes to the parent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { run, type Running } from '../../src/run/run.ts';
import type { PointCounts } from './bench-bucket.ts';
import { giveResult } from './in-child.ts';
import { type Lap, Stopwatch } from './stopwatch.ts';
import { consumeTimed, timed } from './timed.ts';

/** What the child is asked to do. */
export interface PipelineJob {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  /** Records in the topic. */
  readonly count: number;
  /** Settings of live-forecast as `path=value`; undefined: kafkajs alone. */
  readonly set: readonly string[] | undefined;
}

/** What it measured. */
export interface PipelineResult {
  readonly whole: Lap;
  readonly secondHalf: Lap;
  readonly peakMegabytes: number;
  /** What the pipeline gave to its sink. */
  readonly points: PointCounts;
}

const job = JSON.parse(process.argv[2]!) as PipelineJob;
const stopwatch = new Stopwatch(job.count);
const points = { reading: 0, forecast: 0, anomaly: 0, event: 0, alert: 0 };
await (job.set === undefined ? consumeOnly() : runPipeline(job.set));

/** The floor: fetch and parse, as short as it can be written. */
async function consumeOnly(): Promise<void> {
  await consumeTimed(stopwatch, job.brokers, job.topic, job.group);
  await report();
}

/** The product: from the first record into the topology to the commit of the last. */
async function runPipeline(set: readonly string[]): Promise<void> {
  const settings = loadSettings(liveForecast.settings, { defaults: liveForecast.defaults, set });
  const pipeline: typeof liveForecast = {
    ...timed(stopwatch),
    records: (frame, given, parts) => {
      const blocks = liveForecast.records(frame, given, parts);
      for (const { measurement, length } of blocks) points[measurement] += length;
      return blocks;
    },
  };
  const running = await run({ pipeline, settings, fresh: true });
  await Promise.race([running.finished, committed(running)]);
  await report();
}

/** The stop brings the last commits, which else come by time: up to 0.5 s after the last record, of any number. */
async function committed(running: Running): Promise<void> {
  while (!stopwatch.isThrough) await sleep(5);
  void running.stop();
  while (running.status().readings < job.count) await sleep(5);
}

async function report(): Promise<void> {
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  await giveResult({ ...stopwatch.stop(), peakMegabytes, points } satisfies PipelineResult);
}
