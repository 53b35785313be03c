import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import Table from 'cli-table3';
import { Command } from 'commander';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { PartitionDigest } from '../../src/digest/partition-digest.ts';
import { run, type Running } from '../../src/run/run.ts';
import { verify } from '../../src/verify/verify.ts';
import { makeTopicOf } from './bench-topic.ts';
import { machine } from './machine.ts';
import { messyReadings } from './messy-readings.ts';
import { SENSORS } from './readings.ts';
import { benchKafka } from './services.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly readings: number;
  readonly json?: boolean;
}

const PARTITIONS = 4;
const SETTINGS = [
  'model.hidden=16',
  'model.horizon=6',
  'forecast.store=[1, 6]',
  'commit.every=500ms',
  'page.enabled=false',
  'digest=true',
];

/** `bench digest`: a live run with a restart and a rebalance against what its topic gives again. */
export function digestBench(): Command {
  return new Command('digest')
    .description('digests of a live run with a restart and a rebalance against those of its replay')
    .option(
      '--readings <n>',
      `records of ${SENSORS} sensors, with gaps, duplicates, late and broken ones`,
      wholeNumber,
      1_000_000,
    )
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function measure({ readings, json }: Flags): Promise<void> {
  const kafka = await benchKafka();
  const { brokers } = kafka.service;
  try {
    const topic = await makeTopicOf(brokers, messyReadings(readings), PARTITIONS);
    const input = {
      kind: 'kafka',
      brokers,
      topic: topic.name,
      group: `bench-${randomUUID()}`,
      sessionTimeout: '6s',
    };
    const settings = loadSettings(liveForecast.settings, {
      defaults: { ...liveForecast.defaults, input: { ...input, decode: { format: 'json' } } },
      set: SETTINGS,
    });
    const began = performance.now();
    const live = await runLive(() => run({ pipeline: liveForecast, settings }), readings);
    const liveSeconds = (performance.now() - began) / 1000;
    say(`live: ${liveSeconds.toFixed(1)} s`);
    const again = performance.now();
    const { difference, digests, outputs } = await verify({ pipeline: liveForecast, settings });
    const replaySeconds = (performance.now() - again) / 1000;
    await topic.remove();
    const isEqual = difference === undefined && JSON.stringify(digests) === JSON.stringify(live);
    const dead = live.reduce((sum, one) => sum + one.dead, 0);
    const facts = {
      readings,
      series: SENSORS,
      partitions: PARTITIONS,
      outputs,
      dead,
      isEqual,
      liveSeconds,
      replaySeconds,
    };
    if (json) {
      const all = {
        bench: 'digest',
        machine: machine(),
        kafka: kafka.version,
        ...facts,
        live,
        replay: digests,
      };
      process.stdout.write(`${JSON.stringify(all)}\n`);
    } else {
      const table = new Table({
        head: ['Partition', 'Records', 'Outputs', 'Live', 'Replay', 'State, live', 'replay'],
      });
      for (const [i, one] of live.entries()) {
        const other = digests[i];
        const shown = [one.sum, other?.sum, one.state, other?.state].map((text) => (text ?? '').slice(0, 16));
        table.push([String(one.partition), String(one.to), String(one.outputs), ...shown]);
      }
      process.stdout.write(`${table.toString()}\n${isEqual ? 'equal' : 'DIFFERENT'}\n`);
    }
    if (!isEqual) process.exitCode = 1;
  } finally {
    await kafka.stop();
  }
}

/** A third by one process, which ends; a third by another; then a third one comes, and partitions move. */
async function runLive(begin: () => Promise<Running>, records: number): Promise<readonly PartitionDigest[]> {
  const first = await begin();
  await until([first], records / 3);
  await first.stop();
  const second = await begin();
  await until([second], (2 * records) / 3);
  const third = await begin();
  while (third.status().partitions === 0) await sleep(50);
  await until([second, third], records);
  await Promise.all([second.stop(), third.stop()]);
  return [second, third]
    .flatMap((running) => running.status().digests ?? [])
    .toSorted((a, b) => a.partition - b.partition);
}

/** All together have taken so many records in. */
async function until(all: readonly Running[], records: number): Promise<void> {
  for (;;) {
    const statuses = all.map((running) => running.status());
    for (const { state, message } of statuses) if (state === 'failed') throw new Error(message);
    const taken = statuses.flatMap(({ digests = [] }) => digests).reduce((sum, { to }) => sum + to, 0);
    if (taken >= records) return;
    await sleep(50);
  }
}
