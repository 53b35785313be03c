import { z } from 'zod';
import { ask } from './ask.ts';

/** A real Alertmanager to test against. Others may use it at the same time: send alerts under names of your own. */
export interface AlertmanagerService {
  url: string;
}

/**
 * The run's Alertmanager, started when it is first asked for: the one at ALERTMANAGER_URL, else the binary that ALERTMANAGER names, else
 * prometheus-alertmanager or alertmanager on PATH, else the one of Debian's package, unpacked where it installs nothing. For use in test files;
 * most want `describeWithAlertmanager`.
 *
 * @throws ServiceMissing when this machine has none of them.
 */
export async function alertmanagerService(): Promise<AlertmanagerService> {
  return ask('/alertmanager', z.object({ url: z.string() }));
}
