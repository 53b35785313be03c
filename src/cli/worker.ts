import { ForetideError } from '../errors.ts';
import { type Log, saying } from '../log.ts';
import { run, type Running } from '../run/run.ts';
import { createLog } from './log.ts';
import { ParentLink } from './parent-link.ts';
import { findPipeline } from './pipelines.ts';
import { LINE_EVERY_MS } from './progress.ts';
import type { RunFlags } from './run-flags.ts';
import { reloadAndTell } from './reload-signal.ts';
import { settingsFrom, settingsSources } from './settings-options.ts';

/**
 * `foretide run … --worker N`, which `--workers` starts: one run that says nothing on standard output, logs with its number, and
 * tells its parent where its page is and what it fails with.
 */
export async function workerCommand(worker: number, name: string, flags: RunFlags): Promise<void> {
  const parent = new ParentLink();
  const log = createLog(flags.logLevel, process.stderr.isTTY, { worker });
  try {
    const pipeline = await findPipeline(name);
    const settings = settingsFrom(pipeline, flags);
    const sources = settingsSources(pipeline, flags);
    const starting = run({ pipeline, settings, sources, fresh: flags.fresh ?? false, log });
    const running = await Promise.race([starting, parent.stopped]);
    if (running === 'stopped') {
      // it may still wait for a server; nothing has been read
      starting.then((late) => late.stop()).catch(() => undefined);
      return;
    }
    parent.onReload(() => void reloadAndTell(running, log));
    const progress = logProgress(running, log);
    try {
      await parent.tell({ kind: 'running', address: running.address });
      await Promise.race([running.finished, parent.stopped]);
    } finally {
      clearInterval(progress);
      await running.stop();
    }
    await running.finished.catch((error: unknown) => {
      log.warn(
        { error: saying(error) },
        'It failed while it ended; what is not committed will be done again',
      );
    });
  } catch (error) {
    const known = error instanceof ForetideError ? error : undefined;
    const told = known?.message ?? (error instanceof Error ? error.stack : undefined) ?? String(error);
    log.error({ code: known?.code ?? null }, told);
    await parent.tell({ kind: 'failed', code: known?.code ?? null, canRetry: known?.canRetry ?? true });
    process.exitCode = 1;
  } finally {
    parent.leave();
  }
}

function logProgress(running: Running, log: Log): NodeJS.Timeout {
  return setInterval(() => {
    const { readings, readingsPerSecond, series } = running.status();
    log.info({ readings, readingsPerSecond: Math.round(readingsPerSecond), series }, 'Running');
  }, LINE_EVERY_MS).unref();
}
