import type { Command } from 'commander';
import { run, type Running } from '../run/run.ts';
import type { RunStatus } from '../serve/status.ts';
import { createLog } from './log.ts';
import { findPipeline } from './pipelines.ts';
import { LINE_EVERY_MS, percentPrefix, progressBar } from './progress.ts';
import { report } from './report.ts';
import type { RunFlags } from './run-flags.ts';
import { settingsFrom } from './settings-options.ts';
import { SIGNALS } from './signals.ts';
import { workerCommand } from './worker.ts';
import { workersCommand } from './workers.ts';

/** `foretide run`: runs a pipeline until its source ends, Ctrl-C or SIGTERM; each of which commits what has come. */
export async function runCommand(name: string, flags: RunFlags, command: Command): Promise<void> {
  if (flags.worker !== undefined) return workerCommand(flags.worker, name, flags);
  if (flags.workers !== undefined) return workersCommand(flags.workers, name, flags, command);
  const pipeline = await findPipeline(name);
  const settings = settingsFrom(pipeline, flags);
  const log = createLog(flags.logLevel, process.stderr.isTTY);
  const started = performance.now();
  const running = await run({ pipeline, settings, fresh: flags.fresh ?? false, log });

  const interrupted = Promise.withResolvers<'interrupted'>();
  for (const signal of SIGNALS) process.once(signal, () => interrupted.resolve('interrupted'));

  const print = (text: string): boolean => process.stdout.write(`${text}\n`);
  print(`Foretide ${pipeline.name}: ${pipeline.about}`);
  if (running.address) print(`Live page: ${running.address}`);
  const progress = showProgress(running);
  try {
    const outcome = await Promise.race([running.finished, interrupted.promise]);
    progress.end();
    if (outcome === 'interrupted') print('Stopping: committing what has come …');
    else await atEnd(outcome);
  } finally {
    progress.end();
    await running.stop();
  }

  async function atEnd(status: RunStatus): Promise<void> {
    print(report(status, (performance.now() - started) / 1000));
    if (status.readings === 0 && status.series > 0) {
      print('All of it had been run before, and nothing new has come. --fresh begins anew.');
    }
    if (flags.exitAtEnd || !running.address) return;
    print(`The page stays up at ${running.address} until Ctrl-C.`);
    await interrupted.promise;
  }
}

/** A progress bar in a terminal, a line now and then elsewhere. */
function showProgress(running: Running): { end(): void } {
  const text = ({ readings, readingsPerSecond, series, summary, events }: RunStatus): string => {
    const coverage = summary[0]?.liveCoverage ?? null;
    const happened = Object.values(events).reduce((sum, n) => sum + n, 0);
    return [
      `${readings.toLocaleString('en-US')} readings of ${series} series`,
      `${Math.round(readingsPerSecond).toLocaleString('en-US')}/s`,
      ...(coverage === null ? [] : [`${Math.round(coverage * 100)} % in the band`]),
      ...(happened === 0
        ? []
        : [`${happened.toLocaleString('en-US')} ${happened === 1 ? 'event' : 'events'}`]),
    ].join(', ');
  };
  if (!process.stderr.isTTY) {
    const timer = setInterval(() => {
      const status = running.status();
      process.stderr.write(`${percentPrefix(status.progress)}${text(status)}\n`);
    }, LINE_EVERY_MS);
    timer.unref();
    return { end: () => clearInterval(timer) };
  }
  const bar = progressBar({ isEndless: running.status().progress === null });
  bar.start(1000, 0, { text: '' });
  const update = (): void => {
    const status = running.status();
    bar.update(Math.floor((status.progress ?? 0) * 1000), { text: text(status) });
  };
  const timer = setInterval(update, 250);
  timer.unref();
  let ended = false;
  return {
    end() {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      update();
      bar.stop();
    },
  };
}
