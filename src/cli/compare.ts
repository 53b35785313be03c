import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Command, Option } from 'commander';
import { ForetideError } from '../errors.ts';
import { compare } from '../evaluate/compare/compare.ts';
import { comparisonDocument } from '../evaluate/compare/document.ts';
import { comparisonPage } from '../evaluate/compare/page.ts';
import { type Side, sidesOf } from '../evaluate/compare/sides.ts';
import type { Pipeline } from '../pipeline.ts';
import { withEnd } from '../run/replay-settings.ts';
import { filesRead } from '../source/files-read.ts';
import { writable, writeWhole } from '../whole-file.ts';
import { comparisonTables } from './comparison-tables.ts';
import { type CommandFlags, liveCommands } from './live-commands.ts';
import { createLog } from './log.ts';
import { showProgress } from './progress.ts';
import { type SettingsFlags, settingsSources } from './settings-options.ts';
import { untilSignal } from './until-signal.ts';
import { visible } from '../visible.ts';

/** Flags of `foretide replay` that are about a comparison. */
export interface CompareFlags {
  /** Of each other configuration its file, '' without one. */
  readonly compare: readonly string[];
  readonly report?: string;
  readonly json?: boolean;
}

/** What a comparison needs of the flags of a replay. */
export interface ComparisonFlags extends SettingsFlags, CompareFlags, CommandFlags {
  readonly speed: string;
  readonly into?: string;
  /** false: all sides begin empty */
  readonly warm: boolean;
  readonly logLevel: string;
}

/** The flags by which `foretide replay` compares. */
export function addCompareOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--compare [other]',
        'run another configuration over the same readings and tell the difference: a YAML file, a model (.safetensors), or without a file what --set B:path=value says; may be repeated (B, C, D)',
      )
        .preset('')
        .argParser((other: string, before: readonly string[]) => [...before, other])
        .default([], 'none'),
    )
    .option(
      '--report <file.html>',
      'of a comparison: the page with charts; default: .foretide/PIPELINE.compare.html',
    );
}

/**
 * `foretide replay --compare`: runs configurations side by side, and tells how they differ.
 *
 * @param range --from and --to as settings
 */
export async function compareCommand(
  pipeline: Pipeline,
  flags: ComparisonFlags,
  range: readonly string[],
): Promise<void> {
  mustNotBeOfReplay(flags);
  const { compare: others, json = false, logLevel } = flags;
  const { config } = flags;
  const sidesWith = (set: readonly string[]): readonly Side[] => {
    const sources = settingsSources(pipeline, { set: [...set], ...(config !== undefined && { config }) });
    return sidesOf(pipeline, { sources, others });
  };
  const now = Date.now();
  const live = sidesWith([...flags.set, ...range]);
  const own = sidesWith(flags.set).map(({ settings }) => settings);
  const sides = live.map((side): Side => ({ ...side, settings: withEnd(side.settings, now) }));
  const { input } = sides[0]!.settings;
  const report = flags.report ?? `.foretide/${pipeline.name}.compare.html`;
  if (flags.report === undefined) mkdirSync(dirname(report), { recursive: true });
  const files = [config ?? '', ...others].filter((file) => file !== '');
  await writable(report, [...filesRead(input), ...files]);
  const log = createLog(logLevel, process.stderr.isTTY);
  const given = await liveCommands(pipeline.name, live[0]!.settings, flags, log);
  const progress = showProgress();
  const compared = await untilSignal((stop) =>
    compare({
      pipeline,
      sides,
      commands: given,
      own: flags.warm ? own : undefined,
      onProgress: progress.update,
      stop,
      log,
    }),
  ).finally(progress.end);
  const from = input.kind === 'file' ? input.paths : [input.kind];
  const document = comparisonDocument(compared, pipeline.name, from);
  // first, so that it is there where the page cannot be written
  process.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : visible(comparisonTables(document)));
  await writeWhole(report, Buffer.from(comparisonPage(document, compared.pairs)));
  if (!json) process.stdout.write(`Report: ${report}\n`);
}

/** @throws ForetideError SETTINGS_INVALID for flags that mean nothing here */
function mustNotBeOfReplay({ speed, into, digest }: ComparisonFlags): void {
  if (speed !== 'max') throw unfit('--speed', speed, 'goes as fast as it can');
  if (into !== undefined) throw unfit('--into', into, 'keeps no state and no outputs, but for its report');
  if (digest) throw unfit('--digest', 'it', 'keeps no outputs to tell digests of');
}

function unfit(flag: string, got: string, why: string): ForetideError {
  return new ForetideError('SETTINGS_INVALID', {
    what: `A comparison ${why}`,
    expected: `no ${flag}`,
    got,
    where: flag,
    todo: 'Leave it out.',
  });
}
