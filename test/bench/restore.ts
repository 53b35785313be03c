import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Command } from 'commander';
import { makeTopic } from './bench-topic.ts';
import type { FetchJob, FetchResult } from './fetch-child.ts';
import type { GrowthJob, GrowthResult } from './growth-child.ts';
import { inChild } from './in-child.ts';
import { eosInChild, kafkaRunSettings } from './kafka-restore.ts';
import { type Machine, machine } from './machine.ts';
import { median } from './median.ts';
import { benchKafka } from './services.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly series: number;
  readonly rounds: number;
  readonly json?: boolean;
}

interface Figures {
  readonly name: string;
  /** Bytes of the rows. */
  readonly bytes: number;
  /** Until the state of all partitions is there, s. */
  readonly seconds: number;
  /** Until as much is read and dropped, s. */
  readonly floor: number;
}

const PARTITIONS = 6;
const FROZEN = ['forecast.learn=none', 'model.hidden=64', 'model.horizon=12'];

/** `bench restore`: how long it takes until state is back, beside reading the same bytes and doing nothing with them. */
export function restoreBench(): Command {
  return new Command('restore')
    .description('state back from Kafka and from SQLite, beside reading its bytes alone')
    .option('--series <n>', 'series', wholeNumber, 50_000)
    .option('--rounds <r>', 'rounds, whose medians are printed', wholeNumber, 3)
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

async function measure({ series, rounds, json }: Flags): Promise<void> {
  const kafka = await benchKafka();
  const folder = await mkdtemp(join(tmpdir(), 'foretide-bench-'));
  try {
    const figures = [
      await fromKafka(kafka.service.brokers, series, rounds),
      await fromSqlite(folder, series, rounds),
    ];
    const on = { ...machine(), kafka: kafka.version, series, rounds };
    process.stdout.write(
      `${json ? JSON.stringify({ bench: 'restore', on, figures }) : tableOf(on, figures)}\n`,
    );
  } finally {
    await kafka.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fromKafka(brokers: string[], series: number, rounds: number): Promise<Figures> {
  const topic = await makeTopic(brokers, series, PARTITIONS, series);
  const group = `bench-${randomUUID()}`;
  const job = {
    store: 'kafka',
    set: kafkaRunSettings(brokers, topic.name, group, FROZEN),
    partitions: PARTITIONS,
  } as const;
  await eosInChild({ ...job, count: series });
  const [seconds, floors]: number[][] = [[], []];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const restored = await eosInChild({ ...job, count: 0 });
    mustKnow(restored.series, series);
    bytes = series * restored.bytesPerSeries;
    seconds!.push(restored.restoreSeconds);
    const fetching: FetchJob = { brokers, topic: `${group}-live-forecast-changelog` };
    const fetched = await inChild<FetchResult>(new URL('fetch-child.ts', import.meta.url), fetching);
    if (fetched.bytes < bytes) throw new Error(`Expected ${bytes} bytes at least, got ${fetched.bytes}`);
    floors!.push(fetched.seconds);
  }
  await topic.remove();
  return { name: 'Kafka; kafkajs alone', bytes, seconds: median(seconds!), floor: median(floors!) };
}

async function fromSqlite(folder: string, series: number, rounds: number): Promise<Figures> {
  const path = join(folder, 'state.db');
  const job: GrowthJob = {
    set: [
      ...FROZEN,
      'input={kind: kafka, brokers: ["none:1"], topic: none, group: none, decode: {format: json, values: [value]}}',
      'output.kind=none',
      'page.enabled=false',
    ],
    series,
    warm: 0,
    measured: series,
    path,
  };
  const child = (one: GrowthJob): Promise<GrowthResult> =>
    inChild(new URL('growth-child.ts', import.meta.url), one, { execArgv: ['--expose-gc'] });
  await child(job);
  const [seconds, floors]: number[][] = [[], []];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const restored = await child({ ...job, measured: 0 });
    mustKnow(restored.series, series);
    bytes = series * restored.bytesPerSeries;
    seconds!.push(restored.restoreSeconds);
    const begun = performance.now();
    readFileSync(path);
    floors!.push((performance.now() - begun) / 1000);
  }
  return { name: 'SQLite; its file read', bytes, seconds: median(seconds!), floor: median(floors!) };
}

function mustKnow(got: number, series: number): void {
  if (got !== series) throw new Error(`Expected ${series} series, got ${got}`);
}

function tableOf(
  on: Machine & { readonly kafka: string; readonly series: number; readonly rounds: number },
  figures: readonly Figures[],
): string {
  const head = ['state from; floor', 'MB', 'restored, s', 'floor, s', '×', 'MB/s'];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
  });
  for (const { name, bytes, seconds, floor } of figures)
    table.push([
      name,
      (bytes / 1e6).toFixed(0),
      seconds.toFixed(2),
      floor.toFixed(2),
      (seconds / floor).toFixed(1),
      (bytes / 1e6 / seconds).toFixed(0),
    ]);
  return `${table.toString()}
live-forecast, frozen LSTM 64, 12 horizons: ${on.series.toLocaleString('en-US')} series over ${PARTITIONS} partitions, all opened at once; medians of ${on.rounds} rounds. What is read is in the memory of the machine already.
${on.cpu}, ${on.cores} cores, Node ${on.node}, Kafka ${on.kafka}`;
}
