import { Command, InvalidArgumentError } from 'commander';
import Table from 'cli-table3';
import { fuzz } from '../checks/fuzz.ts';
import { formats } from '../decode/formats.ts';

/**
 * Random and mutated records through every decoder and the alignment: bits that are flipped, records that are cut and spliced, numbers and depths
 * without end, bytes that are no text. Nothing may throw or hang, and each record is to be accounted for. A violation names its seed.
 */
const options = new Command('test:fuzz')
  .option('--records <n>', 'how many in all', whole, 100_000)
  .option('--seed <n>', 'another seed gives other records', whole, 1)
  .parse()
  .opts<{ records: number; seed: number }>();

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('expected 0, 1, 2, …');
  return number;
}

const began = performance.now();
const each = Math.ceil(options.records / formats.length);
const table = new Table({
  head: ['format', 'records', 'decoded', 'dead', 'readings', 'used', 'longest frame'],
  style: { head: [], border: [] },
});
const reasons = new Map<string, number>();
let records = 0;
let failed = 0;
for (const format of formats.keys()) {
  const outcome = fuzz({ format, records: each, seed: options.seed });
  const { account, longest } = outcome;
  records += account.records;
  for (const [reason, n] of outcome.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + n);
  table.push([
    outcome.format,
    account.records,
    account.decoded,
    account.dead,
    account.readings,
    account.used,
    `${longest[0].toFixed(0)} ms`,
  ]);
  for (const violation of outcome.violations) process.stdout.write(`${violation}\n`);
  failed += outcome.violations.length;
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
const told = [...reasons].map(([reason, n]) => `${n} ${reason}`).join(', ');
process.stdout.write(
  `${table.toString()}\n${records} records, ${failed} violations, ${seconds} s; dead letters: ${told}\n`,
);
if (failed > 0) process.exitCode = 1;
