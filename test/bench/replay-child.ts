/**
 * One part of the replay bench in a process of its own. The job comes as the argument, the result goes to the parent.
 */
import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { replaySettings } from '../../src/run/replay-settings.ts';
import { run } from '../../src/run/run.ts';
import { giveResult } from './in-child.ts';
import { stepLaps } from './recur-step.ts';
import { type Lap, Stopwatch } from './stopwatch.ts';
import { consumeTimed, timed } from './timed.ts';

/** What the child is asked to do; every part of a job goes through `count` readings. */
export type ReplayJob = { readonly count: number } & (
  | { readonly part: 'step'; readonly hidden: number }
  | { readonly part: 'file'; readonly path: string }
  | {
      readonly part: 'topic';
      readonly brokers: readonly string[];
      readonly topic: string;
      readonly group: string;
    }
  /** Settings of live-forecast as `path=value`, and the file that the replay goes to. */
  | { readonly part: 'replay'; readonly set: readonly string[]; readonly into: string }
);

/** What it measured, in seconds a reading: from the first record to the end, and of the second half, where the code is compiled. */
export interface ReplayResult {
  readonly whole: number;
  readonly secondHalf: number;
  /** User and system time of the second half. */
  readonly secondHalfCpu: number;
}

const job = JSON.parse(process.argv[2]!) as ReplayJob;
const stopwatch = new Stopwatch(job.count);

switch (job.part) {
  case 'step':
    await report(stepLaps(job.count, job.hidden));
    break;
  case 'file':
    await readOnly(job.path);
    await report(stopwatch.stop());
    break;
  case 'topic':
    await consumeTimed(stopwatch, job.brokers, job.topic, job.group);
    await report(stopwatch.stop());
    break;
  case 'replay':
    await replay(job.set, job.into);
    await report(stopwatch.stop());
}

/** Read and parse, as short as it can be written. */
async function readOnly(path: string): Promise<void> {
  let begun = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
    stopwatch.start();
    const lines = (begun + String(chunk)).split('\n');
    begun = lines.pop()!;
    for (const line of lines) JSON.parse(line);
    stopwatch.add(lines.length);
  }
}

/** The product without a limit of speed: from the first record into the topology to the commit of the last. */
async function replay(set: readonly string[], into: string): Promise<void> {
  const live = loadSettings(liveForecast.settings, { defaults: liveForecast.defaults, set });
  // as `foretide replay` does it, but for the outputs
  const { store, commit } = replaySettings(liveForecast.name, live, { into, now: Date.now() });
  const settings = { ...live, store, commit };
  const pipeline = timed(stopwatch);
  const running = await run({ pipeline, settings, fresh: true, pace: { kind: 'max' } });
  await running.finished;
  while (running.status().readings < job.count) await sleep(5);
}

async function report({ whole, secondHalf }: { whole: Lap; secondHalf: Lap }): Promise<void> {
  await giveResult({
    whole: whole.seconds / whole.records,
    secondHalf: secondHalf.seconds / secondHalf.records,
    secondHalfCpu: secondHalf.cpuSeconds / secondHalf.records,
  } satisfies ReplayResult);
}
