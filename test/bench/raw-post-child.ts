/** The floor of writing to InfluxDB, in a process of its own: bodies that were recorded are posted as they are, and nothing else is done. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { giveResult } from './in-child.ts';

/** What the child is asked to do. */
export interface RawPostJob {
  /** As `recordWrites` has written it. */
  readonly path: string;
  readonly url: string;
  readonly org: string;
  readonly bucket: string;
  /** Requests that are under way at once. */
  readonly atOnce: number;
}

export interface RawPostResult {
  readonly seconds: number;
  readonly bytes: number;
  readonly requests: number;
}

const job = JSON.parse(process.argv[2]!) as RawPostJob;
const token = process.env['INFLUX_TOKEN']!;
const agent = new Agent({ keepAlive: true, maxSockets: job.atOnce });
const url = new URL(
  `/api/v2/write?${new URLSearchParams({ org: job.org, bucket: job.bucket, precision: 'us' }).toString()}`,
  job.url,
);
const bodies = [...bodiesOf(readFileSync(job.path))];
const begun = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: job.atOnce }, async () => {
    while (next < bodies.length) await post(bodies[next++]!);
  }),
);
await giveResult({
  seconds: (performance.now() - begun) / 1000,
  bytes: bodies.reduce((sum, body) => sum + body.length, 0),
  requests: bodies.length,
} satisfies RawPostResult);

function* bodiesOf(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length;) {
    const length = file.readUInt32LE(at);
    yield file.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

function post(body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Token ${token}`, 'content-type': 'text/plain; charset=utf-8' };
    const outgoing = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 204 ? resolve() : reject(new Error(`InfluxDB answered ${answer.statusCode}`)),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
