import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Command } from 'commander';
import type { FetchJob, FetchResult } from './fetch-child.ts';
import type { GrowthResult } from './growth-child.ts';
import { growthInChild } from './growth-in-child.ts';
import { inChild } from './in-child.ts';
import { withKeptState } from './kafka-restore.ts';
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

function fromKafka(brokers: string[], series: number, rounds: number): Promise<Figures> {
  return withKeptState(brokers, series, PARTITIONS, FROZEN, (restore, topic) =>
    inRounds('Kafka; kafkajs alone', series, rounds, restore, async (bytes) => {
      const job: FetchJob = { brokers, topic };
      const fetched = await inChild<FetchResult>(new URL('fetch-child.ts', import.meta.url), job);
      if (fetched.bytes < bytes) throw new Error(`Expected ${bytes} bytes at least, got ${fetched.bytes}`);
      return fetched.seconds;
    }),
  );
}

async function fromSqlite(folder: string, series: number, rounds: number): Promise<Figures> {
  const path = join(folder, 'state.db');
  const child = (measured: number): Promise<GrowthResult> =>
    growthInChild({ set: FROZEN, series, warm: 0, measured, path });
  await child(series);
  const restore = async () => {
    const restored = await child(0);
    if (restored.series !== series) throw new Error(`Expected ${series} series, got ${restored.series}`);
    return { seconds: restored.restoreSeconds, bytesPerSeries: restored.bytesPerSeries };
  };
  return inRounds('SQLite; its file read', series, rounds, restore, () => {
    const begun = performance.now();
    readFileSync(path);
    return (performance.now() - begun) / 1000;
  });
}

/** @param floor s that the reading of so many bytes takes */
async function inRounds(
  name: string,
  series: number,
  rounds: number,
  restore: () => Promise<{ readonly seconds: number; readonly bytesPerSeries: number }>,
  floor: (bytes: number) => number | Promise<number>,
): Promise<Figures> {
  const seconds: number[] = [];
  const floors: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const restored = await restore();
    bytes = series * restored.bytesPerSeries;
    seconds.push(restored.seconds);
    floors.push(await floor(bytes));
  }
  return { name, bytes, seconds: median(seconds), floor: median(floors) };
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
