import type { Command } from 'commander';
import type { RunSettings } from '../config/run-settings.ts';
import { type Labels, readLabels } from '../evaluate/alerts/labels.ts';
import { routesOf } from '../route/settings.ts';
import { run } from '../run/run.ts';
import { filePath } from '../source/file-path.ts';
import type { RunStatus } from '../serve/status.ts';
import { AlertJournal } from './alert-journal.ts';
import { createLog } from './log.ts';
import { digestReport } from './digest-report.ts';
import { findPipeline } from './pipelines.ts';
import { report } from './report.ts';
import type { RunFlags } from './run-flags.ts';
import { settingsFrom, settingsSources } from './settings-options.ts';
import { reloadOnSignal } from './reload-signal.ts';
import { SIGNALS } from './signals.ts';
import { showStatus, type StatusDisplay } from './status-display.ts';
import { workerCommand } from './worker.ts';
import { workersCommand } from './workers.ts';
import { visible } from '../visible.ts';

/** `foretide run`: runs a pipeline until its source ends, Ctrl-C or SIGTERM; each of which commits what has come. */
export async function runCommand(name: string, flags: RunFlags, command: Command): Promise<void> {
  if (flags.worker !== undefined) return workerCommand(flags.worker, name, flags);
  if (flags.workers !== undefined) return workersCommand(flags.workers, name, flags, command);
  const pipeline = await findPipeline(name);
  const settings = settingsFrom(pipeline, flags);
  const log = createLog(flags.logLevel, process.stderr.isTTY);
  const labels = labelsOf(settings, flags.labels);
  let progress: StatusDisplay | undefined;
  const print = (text: string): boolean => {
    progress?.clear();
    return process.stdout.write(visible(`${text}\n`));
  };
  const journal = new AlertJournal({
    paths: settings.input.kind === 'file' ? settings.input.paths : [],
    labels,
    print: routesOf(settings).some(({ kind }) => kind === 'stdout') ? undefined : print,
  });
  const started = performance.now();
  const fresh = flags.fresh ?? false;
  const sources = settingsSources(pipeline, flags);
  const running = await run({ pipeline, settings, sources, fresh, log, onCommit: journal.take });
  // in a terminal it says that this is gone
  if (!process.stdout.isTTY) reloadOnSignal(running, log);

  const interrupted = Promise.withResolvers<'interrupted'>();
  for (const signal of SIGNALS) process.once(signal, () => interrupted.resolve('interrupted'));

  print(`Foretide ${pipeline.name}: ${pipeline.about}`);
  if (running.address) print(`Live page: ${running.address}`);
  if (settings.metrics.port !== undefined && running.metrics) print(`Metrics: ${running.metrics}`);
  progress = showStatus(running, runText, running.status().progress === null);
  let hasTold = false;
  try {
    const outcome = await Promise.race([running.finished, interrupted.promise]);
    progress.end();
    if (outcome === 'interrupted') print('Stopping: committing what has come …');
    else await atEnd(outcome);
  } finally {
    progress.end();
    await running.stop();
  }
  tellDigests(running.status());

  function tellDigests({ digests }: RunStatus): void {
    if (!flags.digest || !digests || hasTold) return;
    hasTold = true;
    print(digestReport(digests, flags));
  }

  async function atEnd(status: RunStatus): Promise<void> {
    print(report(status, (performance.now() - started) / 1000));
    if (status.alerts) print(journal.tables());
    tellDigests(status);
    if (status.readings === 0 && status.series > 0) {
      print('All of it had been run before, and nothing new has come. --fresh begins anew.');
    }
    if (flags.exitAtEnd || !running.address) return;
    print(`The page stays up at ${running.address} until Ctrl-C.`);
    await interrupted.promise;
  }
}

/** Failures that are known of the input: those of the file, else those of the bundled recordings. @throws ForetideError FILE_UNREADABLE, FILE_FORMAT */
function labelsOf({ input }: RunSettings, file: string | undefined): Labels | undefined {
  if (file !== undefined) return readLabels(file);
  const isBundled = input.kind === 'file' && input.paths.some((path) => path.startsWith('bundled:'));
  return isBundled ? readLabels(filePath('bundled:labels.json')) : undefined;
}

/** How far it is, and how it does. */
function runText({ readings, readingsPerSecond, series, summary, events }: RunStatus): string {
  const coverage = summary[0]?.liveCoverage ?? null;
  const happened = Object.values(events).reduce((sum, n) => sum + n, 0);
  return [
    `${readings.toLocaleString('en-US')} readings of ${series} series`,
    `${Math.round(readingsPerSecond).toLocaleString('en-US')}/s`,
    ...(coverage === null ? [] : [`${Math.round(coverage * 100)} % in the band`]),
    ...(happened === 0 ? [] : [`${happened.toLocaleString('en-US')} ${happened === 1 ? 'event' : 'events'}`]),
  ].join(', ');
}
