import type { Log } from '../log.ts';
import type { Running } from '../run/run.ts';

/** Lets a run read its settings again whenever the process gets SIGHUP. What comes of it is logged. */
export function reloadOnSignal(running: Pick<Running, 'reload'>, log: Log): void {
  process.on('SIGHUP', () => void reloadAndTell(running, log));
}

/** Lets a run read its settings again; never rejects. */
export async function reloadAndTell({ reload }: Pick<Running, 'reload'>, log: Log): Promise<void> {
  try {
    await reload();
  } catch (error) {
    log.error(
      { error: error instanceof Error ? error.message : String(error) },
      'the settings were not taken over; the run goes on as it was',
    );
  }
}
