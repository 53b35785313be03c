import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { z } from 'zod';

/** Raised in a test file when a service cannot be had on this machine; the message says what to do. */
export class ServiceMissing extends Error {
  override readonly name = 'ServiceMissing';
}

/** Asks the run's keeper of services (serve.ts) for one of them; resolves once it is up, however long its start takes. */
export async function ask<S>(
  path: '/kafka' | '/influxdb' | '/alertmanager' | '/promtool',
  service: z.ZodType<S>,
): Promise<S> {
  const answer = z
    .union([
      z.object({ service }),
      z.object({ missing: z.string() }).transform(({ missing }) => new ServiceMissing(missing)),
      z.object({ error: z.string() }).transform(({ error }) => new Error(error)),
    ])
    .parse(JSON.parse(await fetchText(inject('services') + path)));
  if (answer instanceof Error) throw answer;
  return answer.service;
}

/** Without the time limits of `fetch`: a first start may download for minutes. */
function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, (response) => void text(response).then(resolve, reject)).on('error', reject);
  });
}
