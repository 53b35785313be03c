import { createWriteStream } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finished } from 'node:stream/promises';

/** An InfluxDB that is reached by a detour, on which the body of each request that writes points is kept in a file. */
export interface RecordedWrites {
  /** Where the detour begins. */
  readonly url: string;
  /** Ends it: the file is whole then. */
  stop(): Promise<void>;
}

/** Sends all requests on to `target`. The file holds each body behind its length in bytes (uint32, little-endian). */
export async function recordWrites(target: string, path: string): Promise<RecordedWrites> {
  const file = createWriteStream(path);
  const server = createServer((incoming, answer) => {
    const isWrite = incoming.method === 'POST' && incoming.url!.startsWith('/api/v2/write');
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method, headers } = incoming;
      const outgoing = request(new URL(incoming.url!, target), { method: method!, headers }, (found) => {
        answer.writeHead(found.statusCode!, found.headers);
        found.pipe(answer);
        if (!isWrite || found.statusCode !== 204) return;
        const length = Buffer.alloc(4);
        length.writeUInt32LE(body.length);
        file.write(length);
        file.write(body);
      });
      outgoing.on('error', (error) => answer.destroy(error));
      outgoing.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      file.end();
      await finished(file);
    },
  };
}
