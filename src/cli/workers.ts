import { fork } from 'node:child_process';
import type { Command } from 'commander';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { Pipeline } from '../pipeline.ts';
import { storePlace } from '../run/stores.ts';
import { flagsOf } from './flags-of.ts';
import { createLog } from './log.ts';
import { findPipeline } from './pipelines.ts';
import type { RunFlags } from './run-flags.ts';
import { settingsFrom } from './settings-options.ts';
import { SIGNALS } from './signals.ts';
import { type WorkerEnd, WorkerProcess } from './worker-process.ts';

const LAST_PORT = 65_535;

/**
 * `foretide run --workers N`: N processes of one pipeline on this machine, members of one consumer group.
 *
 * 1. Each is the same command line without `--workers`, with a page at a port of its own.
 * 2. The others are started when the first is up.
 * 3. One that dies is started again; an error that this cannot cure ends all of them.
 * 4. SIGHUP lets each read its settings again.
 * 5. SIGTERM and Ctrl-C let all of them commit and end; a second one kills them. When this process is killed, they notice.
 *
 * Ends with 0 when all have ended well, else with the code of the first that has not.
 *
 * @throws ForetideError SETTINGS_INVALID when input or store cannot be shared
 */
export async function workersCommand(
  count: number,
  name: string,
  flags: RunFlags,
  command: Command,
): Promise<void> {
  const pipeline = await findPipeline(name);
  const settings = settingsFrom(pipeline, flags);
  mustBeShareable(pipeline, settings, count);
  const log = createLog(flags.logLevel, process.stderr.isTTY);
  const print = (text: string): boolean => process.stdout.write(`${text}\n`);
  const workers: WorkerProcess[] = [];
  let signals = 0;
  const onSignal = (): void => {
    signals += 1;
    if (signals === 1) print('Stopping: committing what has come …');
    for (const worker of workers) {
      worker.stop();
      if (signals > 1) worker.kill();
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const reload = (): void => {
    for (const worker of workers) worker.reload();
  };
  // in a terminal it says that this is gone
  if (!process.stdout.isTTY) process.on('SIGHUP', reload);
  print(`Foretide ${pipeline.name}: ${pipeline.about}`);

  const given = flagsOf(command, new Set(['--workers', '--fresh', '--port']));
  const begin = (number: number): WorkerProcess => {
    const worker = new WorkerProcess({
      number,
      start(hasBeenUp) {
        // once: what it has done before it died is not to be forgotten
        const fresh = flags.fresh && number === 1 && !hasBeenUp ? ['--fresh'] : [];
        const own = [...portsOf(settings, number), ...fresh, `--worker=${number}`];
        return fork(process.argv[1]!, ['run', ...given, ...own, '--', name], {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        });
      },
      running: (address) => print(`Worker ${number}: ${address ?? 'running, without a page'}`),
      log,
    });
    workers.push(worker);
    return worker;
  };
  const first = begin(1);
  // it makes, or with --fresh removes, what all of them share
  const isUp = await Promise.race([first.up, first.ended.then(() => false)]);
  if (isUp && signals === 0) for (let number = 2; number <= count; number++) begin(number);

  let firstFailure: WorkerEnd | undefined;
  await Promise.all(
    workers.map(async ({ ended }) => {
      const end = await ended;
      if (end.code !== 0) firstFailure ??= end;
      if (end.isHopeless) for (const worker of workers) worker.stop();
    }),
  );
  for (const signal of SIGNALS) process.off(signal, onSignal);
  if (firstFailure) process.exitCode = firstFailure.code;
}

/** Where a worker serves its page, and its metrics where they have a port: those of the settings, and those after it; 0 stays 0. */
function portsOf({ page, metrics }: RunSettings, number: number): readonly string[] {
  const from = (port: number): number => (port === 0 ? 0 : port + number - 1);
  return [
    `--port=${from(page.port)}`,
    ...(metrics.port === undefined ? [] : [`--set=metrics.port=${from(metrics.port)}`]),
  ];
}

/** @throws ForetideError SETTINGS_INVALID */
function mustBeShareable(pipeline: Pipeline, settings: RunSettings, count: number): void {
  const { input, page, metrics } = settings;
  const invalid = (what: string, expected: string, got: string, where: string): ForetideError =>
    new ForetideError('SETTINGS_INVALID', { what, expected, got, where });
  if (input.kind !== 'kafka') {
    const what = 'Only the partitions of a Kafka topic can be shared by several workers';
    throw invalid(what, 'kafka, or no --workers', input.kind, 'input.kind');
  }
  if (input.to !== undefined) {
    const what = 'A range with an end is read by one process';
    throw invalid(what, 'none, or no --workers', JSON.stringify(input.to), 'input.to');
  }
  if (storePlace(pipeline.name, settings).kind !== 'kafka') {
    const what = 'Only a store in Kafka can be shared by several workers';
    throw invalid(what, 'kafka, or no --workers', 'sqlite', 'store.kind');
  }
  const mustLeaveRoom = (port: number | undefined, of: string, where: string): void => {
    if (port === undefined || port === 0 || port + count - 1 <= LAST_PORT) return;
    const what = `There are not enough ports for the ${of} of the workers`;
    throw invalid(what, `at most ${LAST_PORT - count + 1} for ${count} of them`, `${port}`, where);
  };
  mustLeaveRoom(page.enabled ? page.port : undefined, 'pages', 'page.port');
  mustLeaveRoom(metrics.enabled ? metrics.port : undefined, 'metrics', 'metrics.port');
}
