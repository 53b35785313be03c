import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What the proxy does to a write:
 *
 * - `busy`: answers 429, with Retry-After or without
 * - `applied`: passes it on, and answers 500 when it has been stored
 * - `partial`: passes every other line on, and answers 201 or 422 as a server that has stored a part
 * - `cut`: ends the connection, before it has passed it on or after
 * - `slow`: passes it on after a while
 * - `away`: ends every connection at once
 */
export const TROUBLES = ['busy', 'applied', 'partial', 'cut', 'slow', 'away'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** What a server has said. */
interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly bytes: Buffer;
}

/** The most that a slow answer is late, ms. */
const LATE = 2000;

/** Stands between the workers and InfluxDB and makes trouble where it is told to. */
export class Proxy {
  readonly #server: Server;
  readonly #target: URL;
  readonly #random: () => number;
  #trouble: Trouble | undefined;
  /** Writes that have met trouble, by kind. */
  readonly met: Record<Trouble, number> = { busy: 0, applied: 0, partial: 0, cut: 0, slow: 0, away: 0 };

  private constructor(target: string, random: () => number) {
    this.#target = new URL(target);
    this.#random = random;
    this.#server = createServer((question, answer) => {
      this.#answer(question, answer).catch(() => answer.destroy());
    });
  }

  static async start(target: string, random: () => number): Promise<Proxy> {
    const proxy = new Proxy(target, random);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('The proxy is not listening');
    return `http://127.0.0.1:${address.port}`;
  }

  /** From now on this happens to about half of all writes (to all of them when the server is to be away); undefined: nothing. */
  make(trouble: Trouble | undefined): void {
    this.#trouble = trouble;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(question: IncomingMessage, answer: ServerResponse): Promise<void> {
    const trouble = this.#trouble;
    const isMet = trouble === 'away' || (trouble !== undefined && this.#random() < 0.5);
    if (!isMet) return this.#pass(question, answer, await buffer(question));
    const body = await buffer(question);
    const lines = body.toString().split('\n').filter(Boolean);
    // halves of a write that was refused for a part of it arrive here again: one line alone is never refused
    if (trouble === 'partial' && lines.length < 2) return this.#pass(question, answer, body);
    this.met[trouble] += 1;
    switch (trouble) {
      case 'busy':
        answer.writeHead(429, this.#random() < 0.5 ? { 'retry-after': '1' } : {}).end();
        return;
      case 'applied':
        await this.#forward(question, body);
        answer.writeHead(500, { 'content-type': 'application/json' });
        answer.end('{"code":"internal error","message":"after it was stored"}');
        return;
      case 'partial':
        await this.#forward(question, Buffer.from(lines.filter((_, i) => i % 2 === 0).join('\n')));
        answer.writeHead(this.#random() < 0.5 ? 201 : 422, { 'content-type': 'application/json' });
        answer.end('{"code":"unprocessable entity","message":"a part was stored"}');
        return;
      case 'cut':
        if (this.#random() < 0.5) await this.#forward(question, body);
        question.socket.destroy();
        return;
      case 'slow':
        await sleep(this.#random() * LATE);
        return this.#pass(question, answer, body);
      case 'away':
        question.socket.destroy();
        return;
    }
  }

  async #pass(question: IncomingMessage, answer: ServerResponse, body: Buffer): Promise<void> {
    const { status, headers, bytes } = await this.#forward(question, body);
    answer.writeHead(status, headers).end(bytes);
  }

  /** What InfluxDB answers; rejects where it is away. */
  #forward({ url, method, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    const { hostname, port } = this.#target;
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          hostname,
          port,
          path: url,
          method,
          headers: { ...headers, host: `${hostname}:${port}`, 'content-length': body.length },
        },
        (response) => resolve(answerOf(response)),
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const { connection: _, 'transfer-encoding': __, ...headers } = response.headers;
  return { status: response.statusCode ?? 502, headers, bytes: await buffer(response) };
}
