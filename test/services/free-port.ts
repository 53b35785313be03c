import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Finds a loopback port that nothing listens on.
 *
 * Below the range that systems give to outgoing connections (32768 and up on Linux): there, a client that keeps trying
 * to reach a stopped server in time connects to itself, and the server can't take its port again.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('no free port between 20000 and 31999');
}
