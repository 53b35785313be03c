import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError, Option } from 'commander';
import { FAILPOINTS } from '../../src/testing/failpoints.ts';
import { play } from '../testing/scenario.ts';
import type { Back } from '../testing/scenario-input.ts';

/**
 * Runs the product's source, tasks and store on a simulated Kafka, once for each seed, with requests that fail, answers that are lost or late, processes
 * that die or stand still, and rebalances; each against an undisturbed run. A failure names its seed, which replays it step by step.
 */
const options = new Command('test:sim')
  .option('--seeds <n>', 'how many', whole, 100)
  .option('--from <n>', 'the first', whole, 0)
  .option('--seed <n>', 'one alone', whole)
  .addOption(
    new Option('--back <how>', 'with series that come and go, and how they are back')
      .choices(['off', 'clean', 'archive'])
      .default('off'),
  )
  .option('--trace', 'prints everything that happens', false)
  .option(
    '--failpoints',
    'prints the places where something may go wrong, and how often they were passed',
    false,
  )
  .parse()
  .opts<{ seeds: number; from: number; seed?: number; back: Back; trace: boolean; failpoints: boolean }>();

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('expected 0, 1, 2, …');
  return number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [from, count] = options.seed === undefined ? [options.from, options.seeds] : [options.seed, 1];
const passes = new Map<string, number>();
const failed: number[] = [];
const began = performance.now();
let steps = 0;
const bar = new SingleBar({ format: '{bar} {value}/{total} seeds, {eta_formatted}' });
const isDrawn = process.stderr.isTTY && count > 1 && !options.trace;
if (isDrawn) bar.start(count, 0);
for (let seed = from; seed < from + count; seed++) {
  const outcome = await play(seed, { back: options.back, ...(options.trace && { trace: say }) });
  steps += outcome.steps;
  for (const [place, times] of outcome.passes) passes.set(place, (passes.get(place) ?? 0) + times);
  if (isDrawn) bar.increment();
  if (outcome.violations.length === 0) continue;
  failed.push(seed);
  say(`\nseed ${seed}: ${outcome.about}`);
  for (const violation of outcome.violations) say(`  ${violation}`);
  say(`  npm run test:sim -- --seed ${seed} --back ${options.back} --trace`);
}
if (isDrawn) bar.stop();
if (options.failpoints) for (const place of FAILPOINTS) say(`${passes.get(place) ?? 0} ${place}`);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
say(`${count - failed.length} of ${count} seeds passed, ${steps} steps, ${seconds} s`);
if (failed.length > 0) process.exitCode = 1;
