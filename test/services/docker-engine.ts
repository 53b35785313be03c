import { setTimeout as sleep } from 'node:timers/promises';
import { getContainerRuntimeClient } from 'testcontainers';

const answersWithinMs = 3000;

/** The name under which containers' published ports are reached; rejects after 3 s when no Docker engine answers. */
export async function dockerHost(): Promise<string> {
  const client = await Promise.race([
    getContainerRuntimeClient().catch(() => undefined),
    sleep(answersWithinMs, undefined, { ref: false }),
  ]);
  if (!client) throw new Error('no engine answers');
  return client.info.containerRuntime.host;
}
