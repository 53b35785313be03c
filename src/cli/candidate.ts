import type { Command } from 'commander';
import { resolve } from 'node:path';
import { settingsTree, type Tree } from '../config/load.ts';
import { ForetideError } from '../errors.ts';
import { pageTokenText } from '../run/page-token.ts';
import { askPage, pageOf } from './live-page.ts';
import { findPipeline } from './pipelines.ts';
import { addSettingsOptions, type SettingsFlags, settingsFrom } from './settings-options.ts';

/** Flags that name the run. */
interface LiveFlags extends Omit<SettingsFlags, 'page'> {
  readonly page?: string;
}

/** Flags of `foretide candidate`. */
interface CandidateFlags extends LiveFlags {
  readonly model?: string;
  readonly with?: string;
  readonly status?: boolean;
  readonly promote?: boolean;
  readonly drop?: boolean;
}

const PAGE = 'of the live page of the run; default: where its settings serve it';

/** Adds `foretide candidate`, `foretide rollback` and `foretide reload`. */
export function addCandidateCommands(program: Command, pipeline: string): void {
  addSettingsOptions(
    program
      .command('candidate')
      .description('try another model, or other settings, in the shadow of a run, and let it take over')
      .argument('<pipeline>', pipeline),
  )
    .option('--model <file.safetensors>', "in place of the run's model")
    .option('--with <file.yaml>', "settings over the run's")
    .option('--status', 'tell how it does beside what runs, as JSON')
    .option('--promote', 'let it take over')
    .option('--drop', 'let it go')
    .option('--page <address>', PAGE)
    .addHelpText(
      'after',
      `
Each partition gets a second task. It takes in candidate.burnIn of history, so that its h and C are warm, then runs along: it writes nothing, and is scored on
the targets that both forecast. When it takes over, by hand or by candidate.promote, its state is written whole in one commit, with a command that says so;
what there was is put aside for foretide rollback. Of --workers each process has a candidate of its own: name its page.

Examples:
  $ foretide candidate live-forecast --config live.yaml --model new.safetensors
  $ foretide candidate live-forecast --config live.yaml --status
  $ foretide candidate live-forecast --config live.yaml --promote`,
    )
    .action((name: string, flags: CandidateFlags) => candidateCommand(name, flags));

  addSettingsOptions(
    program
      .command('rollback')
      .description('take the last promotion of a candidate back: the state of before goes on')
      .argument('<pipeline>', pipeline),
  )
    .option('--page <address>', PAGE)
    .addHelpText(
      'after',
      `
The state of before was put aside when the candidate took over. It takes in what has come since, and takes over in one commit.

Examples:
  $ foretide rollback live-forecast --config live.yaml`,
    )
    .action((name: string, flags: LiveFlags) => ask(name, flags, 'rollback', {}));

  addSettingsOptions(
    program
      .command('reload')
      .description('let a run read its settings again, as SIGHUP does, and tell what it has taken over')
      .argument('<pipeline>', pipeline),
  )
    .option('--page <address>', PAGE)
    .addHelpText(
      'after',
      `
Taken over are commit, ticks, snapshots, candidate, page and routes, all or nothing. What else is another is told, with what it needs.

Examples:
  $ foretide reload live-forecast --config live.yaml`,
    )
    .action((name: string, flags: LiveFlags) => ask(name, flags, 'reload', {}));
}

async function candidateCommand(name: string, flags: CandidateFlags): Promise<void> {
  const { model, with: file, status, promote, drop } = flags;
  const asked = [model ?? file, status, promote, drop].filter((one) => one !== undefined);
  if (asked.length !== 1) throw oneThing();
  if (status) return ask(name, flags, 'candidate');
  if (promote) return ask(name, flags, 'candidate/promote', {});
  if (drop) return ask(name, flags, 'candidate/drop', {});
  const over: Tree = {
    ...(file !== undefined && settingsTree({ defaults: {}, file })),
    // the run may have another working directory
    ...(model !== undefined && { model: { file: resolve(model) } }),
  };
  return ask(name, flags, 'candidate/begin', { over });
}

/** Asks the run, and prints what it says. @throws ForetideError COMMAND_REFUSED */
async function ask(name: string, flags: LiveFlags, what: string, body?: object): Promise<void> {
  const { page, config, set } = flags;
  const pipeline = await findPipeline(name);
  const settings = settingsFrom(pipeline, { set, ...(config !== undefined && { config }) });
  const token = await pageTokenText(settings);
  const address = page ?? (await pageOf(pipeline.name, settings, token));
  if (address === undefined) throw notRunning();
  const told = await askPage(address, what, { body, token });
  process.stdout.write(`${JSON.stringify(told, undefined, 2)}\n`);
}

function oneThing(): ForetideError {
  return new ForetideError('SETTINGS_INVALID', {
    what: 'Not one thing to do',
    expected: '--model or --with, or one of --status, --promote and --drop',
    where: 'foretide candidate',
  });
}

function notRunning(): ForetideError {
  return new ForetideError('COMMAND_REFUSED', {
    what: 'No run answers',
    todo: 'Start it with its page, or name that by --page.',
  });
}
