import type { Command } from 'commander';
import type { PartitionDigest } from '../digest/partition-digest.ts';
import type { Difference } from '../verify/difference.ts';
import { verify } from '../verify/verify.ts';
import { type DigestFlags, digestReport } from './digest-report.ts';
import { instantFlag } from './instant-flag.ts';
import { createLog } from './log.ts';
import { findPipeline } from './pipelines.ts';
import { addSettingsOptions, overlaidFrom, type SettingsFlags, settingsFrom } from './settings-options.ts';
import { visible } from '../visible.ts';

/** Flags of `foretide verify`. */
interface VerifyFlags extends SettingsFlags, Pick<DigestFlags, 'json'> {
  readonly fromStore?: string;
  readonly from?: number;
}

/** Digits of a digest that are shown. */
const SHOWN = 16;

/** Adds `foretide verify`. */
export function addVerifyCommand(program: Command, pipeline: string): void {
  addSettingsOptions(
    program
      .command('verify')
      .description('run again what a run has taken in, and hold what comes against what it stored')
      .argument('<pipeline>', pipeline),
  )
    .option('--from-store <file>', 'the SQLite file of the run; default: the store that the settings name')
    .option(
      '--from <time>',
      'begin with the newest snapshots before this event time (see snapshots.every), and look at nothing earlier',
      instantFlag,
    )
    .option('--json', 'the verdict as JSON')
    .addHelpText(
      'after',
      `
The input is read again from its beginning to the position that the store has, with the commands of then; nothing is written, and no position
moves. Ends with 0 where all is equal, with 1 and the first difference where it is not. The settings must be those of the run.

Examples:
  $ foretide verify live-forecast
  $ foretide verify live-forecast --config live.yaml
  $ foretide verify live-forecast --config live.yaml --from-store copy.db`,
    )
    .action((name: string, flags: VerifyFlags) => verifyCommand(name, flags));
}

async function verifyCommand(name: string, flags: VerifyFlags): Promise<void> {
  const pipeline = await findPipeline(name);
  const store =
    flags.fromStore === undefined
      ? []
      : ['store.kind=sqlite', `store.path=${JSON.stringify(flags.fromStore)}`];
  const settings = settingsFrom(pipeline, { ...flags, set: [...flags.set, ...store] });
  const log = createLog('warn', process.stderr.isTTY);
  const overlaid = overlaidFrom(pipeline, { ...flags, set: [...flags.set, ...store] });
  const verdict = await verify({ pipeline, settings, since: flags.from, overlaid, log });
  const { difference, outputs, digests } = verdict;
  const print = (text: string): boolean => process.stdout.write(visible(`${text}\n`));
  if (flags.json) print(JSON.stringify({ equal: difference === undefined, ...verdict }));
  else if (difference) print(differenceText(difference));
  else {
    if (digests.length > 0) print(digestReport(digests, {}));
    print(`equal: ${outputs.toLocaleString('en-US')} outputs, ${sumText(digests)}`);
  }
  if (difference) process.exitCode = 1;
}

/** Sums of several partitions are summed up, as those of one are. */
function sumText(digests: readonly PartitionDigest[]): string {
  if (digests.length === 0) return 'no digest was kept';
  const sum = digests.reduce((total, one) => total + BigInt(`0x${one.sum}`), 0n) % 2n ** 256n;
  return `digest ${sum.toString(16).padStart(64, '0').slice(0, SHOWN)}`;
}

function differenceText(difference: Difference): string {
  const { partition, offset, series, time, what, column, stored, again } = difference;
  const place = [
    `partition ${partition}`,
    ...(offset === null ? [] : [`offset ${offset}`]),
    ...(series === '' ? [] : [`series ${series}`]),
    ...(time === null ? [] : [new Date(time).toISOString()]),
  ];
  return [
    `✖ different: ${what}${column === '' ? '' : `, column ${column}`}`,
    `  at: ${place.join(', ')}`,
    `  stored: ${stored}`,
    `  again: ${again}`,
  ].join('\n');
}
