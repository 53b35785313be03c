import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BUGS } from './bugs.ts';
import { mib, MOST_RSS } from './crew.ts';
import { FieldDay } from './field-day.ts';
import { type Kind, TO_SERVERS, TO_WORKERS } from './faults.ts';
import type { Mode, Outcome, Output } from './round.ts';
import { Violation } from './violation.ts';

type Where = Output | 'sqlite';

/** How often the disk of SQLite gets full in a round. */
const DISK_TIMES = 5;
const KINDS: readonly Kind[] = [...TO_WORKERS, ...TO_SERVERS];

/**
 * Rounds of real faults on a Kafka of three brokers and an InfluxDB of their own: workers of one group run a workload with bad records while
 * they and the servers are killed, stopped and hindered; after each round everything that they have left is held against what an
 * undisturbed run leaves.
 *
 * A round that finds a violation says which, with its seed, and keeps its folder.
 */
const options = new Command('test:faults')
  .option(
    '--rounds <n>',
    'in turn with outputs in Kafka and in InfluxDB; each fifth with a SQLite file whose disk gets full',
    number,
    5,
  )
  .option('--minutes <n>', 'begins no further round after so many minutes', number, Infinity)
  .option('--readings <n>', 'records of each round', number, 200_000)
  .option('--workers <n>', 'processes that share the work', number, 3)
  .option('--seed <n>', 'seed of the workload and of the faults', number, Date.now() % 1_000_000)
  .addOption(new Option('--only <kind...>', 'only faults of these kinds').choices(KINDS))
  .addOption(
    new Option('--output <where>', 'only rounds of this kind').choices(['store', 'influxdb', 'sqlite']),
  )
  .addOption(
    new Option('--mode <mode>', 'how all rounds write their state to Kafka; default: in turn').choices([
      'rows',
      'generations',
    ]),
  )
  .option('--outage <seconds>', 'how long InfluxDB is away each time; default: 5 to 60 s', number)
  .option('--short', 'few faults a round')
  .addOption(
    new Option(
      '--bugs [name...]',
      'puts bugs into the workers instead, all or these, each of which a round must find',
    ).choices(Object.keys(BUGS)),
  )
  .option('--keep', 'keeps the folder where all went well, too')
  .parse()
  .opts<{
    rounds: number;
    minutes: number;
    readings: number;
    workers: number;
    seed: number;
    only?: Kind[];
    output?: Where;
    mode?: Mode;
    outage?: number;
    short?: boolean;
    bugs?: true | string[];
    keep?: boolean;
  }>();

const began = performance.now();
const { seed, readings, workers, mode, only, short: isShort = false, keep = false } = options;
const dir = mkdtempSync(join(tmpdir(), 'foretide-faults-'));
say(`seed ${seed}, folder ${dir}`);
// what was started ends with this process
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    say(`${signal}: ended; kept: ${dir}`);
    process.exit(1);
  });
}
const totals = new Map<string, number>();
const broken: string[] = [];
const sums = { rounds: 0, commits: 0, peak: 0, restarts: 0 };
const day = await FieldDay.start({ dir, seed, readings, workers, isShort, say });
try {
  await (options.bugs === undefined
    ? playRounds()
    : findBugs(options.bugs === true ? Object.keys(BUGS) : options.bugs));
} finally {
  await day.stop();
}
const isGood = broken.length === 0;
if (isGood && !keep) rmSync(dir, { recursive: true, force: true });
process.exitCode = isGood ? 0 : 1;

async function findBugs(bugs: readonly string[]): Promise<void> {
  for (const bug of bugs) {
    if (BUGS[bug]!.output === 'influxdb' && !day.hasInflux) continue;
    const found = await day.find(bug);
    if (!found) broken.push(bug);
    say(found ? `✔ ${bug}: found: ${found.message}` : `✖ ${bug}: not found`);
  }
  say(isNone(broken) ? '✔ every bug was found' : `✖ not found: ${broken.join(', ')}`);
}

async function playRounds(): Promise<void> {
  for (let n = 1; n <= options.rounds && (performance.now() - began) / 60_000 < options.minutes; n++) {
    const output = options.output ?? whereOf(n);
    say(`round ${n}, output in ${output}`);
    try {
      if (output === 'sqlite') count({ disk: await day.diskRound(n, isShort ? 1 : DISK_TIMES) });
      else note(await day.round({ number: n, output, mode, only, outage: outage() }));
      sums.rounds += 1;
      say(`✔ round ${n}`);
      if (!keep) rmSync(join(dir, `round-${n}`), { recursive: true, force: true });
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      broken.push(error.promise);
      say(`✖ round ${n}, seed ${day.seedOf(n)}: ${error.message}\n  kept: ${join(dir, `round-${n}`)}`);
    }
  }
  const { rounds, commits, peak, restarts } = sums;
  say(
    `${rounds} rounds: ${told(totals)}; ${commits} commits; a worker took at most ${mib(peak)} of ${mib(MOST_RSS)}; ${restarts} ended by themselves`,
  );
  say(isNone(broken) ? '✔ 0 violations' : `✖ ${broken.length} violations: ${broken.join(', ')}`);
}

function whereOf(n: number): Where {
  if (n % 5 === 0) return 'sqlite';
  return n % 2 === 0 && day.hasInflux ? 'influxdb' : 'store';
}

function outage(): number | undefined {
  return options.outage === undefined ? undefined : options.outage * 1000;
}

function note(outcome: Outcome): void {
  sums.commits += outcome.commits;
  sums.peak = Math.max(sums.peak, outcome.peak);
  sums.restarts += outcome.restarts;
  count(outcome.injected);
  say(
    `${told(Object.entries(outcome.injected))}; ${outcome.commits} commits, ${outcome.again} records taken in again by the audit, ${outcome.seconds.toFixed(0)} s`,
  );
}

function count(injected: Readonly<Record<string, number>>): void {
  for (const [kind, times] of Object.entries(injected)) totals.set(kind, (totals.get(kind) ?? 0) + times);
}

function isNone(list: readonly string[]): boolean {
  return list.length === 0;
}

function say(line: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(0).padStart(5);
  process.stdout.write(`${seconds} s  ${line}\n`);
}

function told(counts: Iterable<readonly [string, number]>): string {
  return Array.from(counts, ([kind, times]) => `${kind} ${times}`).join(', ');
}

function number(text: string): number {
  const value = Number(text);
  if (!(text.trim() !== '' && value >= 0)) throw new InvalidArgumentError('Expected a number.');
  return value;
}
