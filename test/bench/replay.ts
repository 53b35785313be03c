import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as streamed } from 'node:stream/promises';
import Table from 'cli-table3';
import { Command } from 'commander';
import { makeTopic } from './bench-topic.ts';
import { cpuProfile } from './cpu-profile.ts';
import { inChild } from './in-child.ts';
import { type Machine, machine } from './machine.ts';
import { median } from './median.ts';
import { sensorReadings, SENSORS } from './readings.ts';
import type { ReplayJob, ReplayResult } from './replay-child.ts';
import { benchKafka } from './services.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly readings: number;
  readonly rounds: number;
  readonly kafka: boolean;
  readonly profile?: string;
  readonly json?: boolean;
}

/** A way that history comes by: what is ideal, and what the product makes of it. Microseconds a reading. */
interface WayFigures {
  readonly name: string;
  /** The source and `JSON.parse` alone. */
  readonly bare: number;
  readonly step: number;
  readonly replay: number;
  /** What the ideal, bare + step, is of the replay. */
  readonly share: number;
  readonly goal: number;
  readonly readingsPerSecond: number;
}

const HIDDEN = 64;
const PARTITIONS = 6;
const CHILD = new URL('replay-child.ts', import.meta.url);

/** `bench replay`: `replay --speed max` beside the ideal, in which only the source, JSON.parse and the cell take time. */
export function replayBench(): Command {
  return new Command('replay')
    .description('history from a file and from a real Kafka through live-forecast, beside the ideal')
    .option('--readings <n>', 'readings in file and topic', wholeNumber, 400_000)
    .option('--rounds <r>', 'rounds, whose medians are printed', wholeNumber, 5)
    .option('--no-kafka', 'the file alone')
    .option('--profile <folder>', 'a CPU profile of each child goes there')
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measure(flags: Flags): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'foretide-bench-'));
  const kafka = flags.kafka ? await benchKafka() : undefined;
  try {
    const path = join(folder, 'readings.ndjson');
    say(`Writing ${flags.readings} readings of ${SENSORS} sensors`);
    await streamed(Readable.from(lines(flags.readings)), createWriteStream(path));
    const brokers = kafka?.service.brokers ?? [];
    const topic = kafka && (await makeTopic(brokers, flags.readings, PARTITIONS));
    const rounds: Readonly<Record<string, ReplayResult>>[] = [];
    for (let round = 1; round <= flags.rounds; round++) {
      const jobs = jobsOf(
        flags.readings,
        join(folder, `${round}`),
        path,
        topic && { brokers, topic: topic.name },
      );
      const results: Record<string, ReplayResult> = {};
      for (const [name, job] of Object.entries(jobs)) {
        const execArgv = cpuProfile(flags.profile, name.replace(' ', '-'));
        results[name] = await inChild(CHILD, job, { execArgv });
      }
      rounds.push(results);
      const told = Object.entries(results).map(([name, { whole }]) => `${name} ${micros(whole)} µs`);
      say(`round ${round}: ${told.join(', ')}`);
    }
    await topic?.remove();
    const on = {
      ...machine(),
      kafka: kafka?.version ?? null,
      readings: flags.readings,
      rounds: flags.rounds,
    };
    const figures = {
      whole: waysOf(rounds, 'whole'),
      secondHalf: waysOf(rounds, 'secondHalf'),
      secondHalfCpu: waysOf(rounds, 'secondHalfCpu'),
    };
    process.stdout.write(
      `${flags.json ? JSON.stringify({ bench: 'replay', on, ...figures }) : tableOf(on, figures)}\n`,
    );
  } finally {
    await kafka?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function* lines(count: number): Generator<string> {
  let text = '';
  for (const reading of sensorReadings(count)) {
    text += `${JSON.stringify(reading)}\n`;
    if (text.length < 1 << 16) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** The parts of a round, one after the other: what else the machine does meets all of them. */
function jobsOf(
  count: number,
  store: string,
  path: string,
  kafka: { readonly brokers: readonly string[]; readonly topic: string } | undefined,
): Readonly<Record<string, ReplayJob>> {
  const frozen = [
    'forecast.learn=none',
    `model.hidden=${HIDDEN}`,
    'output.kind=none',
    'page.enabled=false',
    'input.decode={format: json, values: [value]}',
  ];
  const file = ['input.kind=file', 'input.pace=max', `input.paths=["${path}"]`];
  return {
    step: { part: 'step', count, hidden: HIDDEN },
    file: { part: 'file', count, path },
    'file replay': { part: 'replay', count, set: [...frozen, ...file], into: `${store}-file.db` },
    ...(kafka && {
      topic: { part: 'topic', count, ...kafka, group: `${kafka.topic}-${store.length}-${Math.random()}` },
      'topic replay': {
        part: 'replay',
        count,
        set: [
          ...frozen,
          'input.kind=kafka',
          `input.brokers=${JSON.stringify(kafka.brokers)}`,
          `input.topic=${kafka.topic}`,
          `input.group=${kafka.topic}-replay`,
          `input.to=${Date.UTC(2100, 0, 1)}`,
        ],
        into: `${store}-topic.db`,
      },
    }),
  };
}

function waysOf(
  rounds: readonly Readonly<Record<string, ReplayResult>>[],
  of: keyof ReplayResult,
): readonly WayFigures[] {
  const ways = [
    { name: 'file', goal: 0.6 },
    { name: 'topic', goal: 0.7 },
  ];
  return ways
    .filter(({ name }) => rounds[0]?.[name])
    .map(({ name, goal }) => {
      const [bare, step, replay] = [name, 'step', `${name} replay`].map(
        (part) => 1e6 * median(rounds.map((round) => round[part]![of])),
      ) as [number, number, number];
      return {
        name,
        bare,
        step,
        replay,
        share: (bare + step) / replay,
        goal,
        readingsPerSecond: 1e6 / replay,
      };
    });
}

function micros(seconds: number): string {
  return (1e6 * seconds).toFixed(2);
}

function tableOf(
  on: Machine & { readonly kafka: string | null; readonly readings: number; readonly rounds: number },
  figures: Readonly<Record<keyof ReplayResult, readonly WayFigures[]>>,
): string {
  const head = [
    'µs a reading',
    'source, parse',
    'step',
    'ideal',
    'replay',
    'of the ideal',
    'goal',
    'readings/s',
  ];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
  });
  const about: Readonly<Record<keyof ReplayResult, string>> = {
    whole: '',
    secondHalf: ', second half',
    secondHalfCpu: ', second half, CPU time',
  };
  for (const part of ['whole', 'secondHalf', 'secondHalfCpu'] as const)
    for (const { name, bare, step, replay, share, goal, readingsPerSecond } of figures[part])
      table.push([
        name + about[part],
        ...[bare, step, bare + step, replay].map((time) => time.toFixed(2)),
        share.toFixed(2),
        goal.toFixed(1),
        readingsPerSecond.toLocaleString('en-US', { maximumFractionDigits: 0 }),
      ]);
  return `${table.toString()}
${on.readings.toLocaleString('en-US')} readings of ${SENSORS} sensors, medians of ${on.rounds} rounds. Replay: live-forecast, frozen LSTM, hidden ${HIDDEN}, 12 horizons, no sink, from the first record to the last commit. Step: \`recur\` alone.
${on.cpu}, ${on.cores} cores, Node ${on.node}${on.kafka === null ? '' : `, Kafka ${on.kafka}`}`;
}
