import { InvalidArgumentError, type Command } from 'commander';
import { z } from 'zod';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import { rewind, type RewindOrder } from '../past/rewind.ts';
import { prepare } from '../run/prepare.ts';
import { pageTokenText } from '../run/page-token.ts';
import { storePlace } from '../run/stores.ts';
import { Tasks } from '../run/tasks.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { instantFlag } from './instant-flag.ts';
import { askPage, pageOf } from './live-page.ts';
import { createLog } from './log.ts';
import { findPipeline } from './pipelines.ts';
import { addSettingsOptions, type SettingsFlags, settingsFrom } from './settings-options.ts';
import { visible } from '../visible.ts';

/** Flags of `foretide rewind`. */
interface RewindFlags extends Omit<SettingsFlags, 'page'> {
  readonly series: string;
  readonly to: number;
  readonly excise?: readonly [number, number];
  readonly page?: string;
}

const Done = z.object({ left: z.tuple([z.number(), z.number()]) });

/** Adds `foretide rewind`. */
export function addRewindCommand(program: Command, pipeline: string): void {
  addSettingsOptions(
    program
      .command('rewind')
      .description('put one series back to what it was, and forget what a broken sensor has taught it')
      .argument('<pipeline>', pipeline),
  )
    .requiredOption('--series <name>', 'the series')
    .requiredOption('--to <time>', 'event time that it is put back to', instantFlag)
    .option(
      '--excise <from..to>',
      'what it forgets; all else since --to is taken in again. Default: all since --to',
      stretchFlag,
    )
    .option('--page <address>', 'of the live page of the run; default: where its settings serve it')
    .addHelpText(
      'after',
      `
The series' history is run again without what is to be forgotten, and its state put in place of the one that is there, in one commit. Other series
are not touched, and nothing that was written is written anew. It is kept as a command: a replay does the same in the same place. A run that is under
way is told by its page; without one the SQLite store of a run that has ended is changed.

Examples:
  $ foretide rewind live-forecast --config live.yaml --series boiler-7 --to 2026-02-01 --excise 2026-02-03..2026-02-05
  $ foretide rewind live-forecast --series JFK --to 2013-07-04T12:00:00Z`,
    )
    .action((name: string, flags: RewindFlags) => rewindCommand(name, flags));
}

function stretchFlag(text: string): readonly [number, number] {
  const [from, to, ...more] = text.split('..');
  if (from === undefined || to === undefined || more.length > 0)
    throw new InvalidArgumentError('Expected two instants, as 2026-02-03..2026-02-05.');
  return [instantFlag(from), instantFlag(to)];
}

async function rewindCommand(name: string, flags: RewindFlags): Promise<void> {
  const { page, series, to, excise, ...others } = flags;
  const pipeline = await findPipeline(name);
  const settings = settingsFrom(pipeline, others);
  const order = { series, to, excise };
  const token = await pageTokenText(settings);
  const address = page ?? (await pageOf(pipeline.name, settings, token));
  const left =
    address === undefined
      ? await inStore(pipeline, settings, order, createLog('warn', process.stderr.isTTY))
      : Done.parse(await askPage(address, 'rewind', { body: order, token })).left;
  const [from, end] = left.map((time) => new Date(time).toISOString());
  process.stdout.write(
    `${visible(series)} has forgotten ${from} to ${end}${address === undefined ? '' : `, in the run at ${address}`}\n`,
  );
}

/** In the store of a run that has ended. */
async function inStore(
  pipeline: Pipeline,
  settings: RunSettings,
  order: RewindOrder,
  log: Log,
): Promise<readonly [number, number]> {
  const place = storePlace(pipeline.name, settings);
  if (place.kind !== 'sqlite') {
    throw new ForetideError('COMMAND_REFUSED', {
      what: 'State in Kafka is changed by the run that has it',
      todo: 'Start the run, and name its page by --page.',
    });
  }
  const { decoder, model } = await prepare(settings, log, place);
  const store = new SqliteStore(place.path, { ...settings.store, log });
  const stop = new AbortController().signal;
  const parts = { pipeline, settings, decoder, model, store, sink: undefined, deadLetters: undefined, stop };
  const tasks = new Tasks(parts, log);
  try {
    const rows = store.database.prepare('SELECT partition FROM position').all();
    for (const { partition } of rows) await tasks.open(Number(partition));
    const { left } = await tasks.commandFrom(order.series, (task) =>
      rewind(task, order, { pipeline, settings, log }),
    );
    return left;
  } finally {
    await tasks.close();
    await store.close();
  }
}
