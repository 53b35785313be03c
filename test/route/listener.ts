import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it came. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Wall clock, ms. */
  readonly at: number;
}

/** What is answered: `reset` the connection, `hang` without an answer, or a status. */
export type Reply =
  | 'reset'
  | 'hang'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly text?: string };

/** A real HTTP server on loopback that keeps what it was sent and answers as it is told. */
export class Listener {
  readonly heard: Heard[] = [];
  /** Decides on each request, which is among `heard` already. */
  reply: (heard: Heard) => Reply | Promise<Reply> = () => ({ status: 200 });
  readonly #sockets = new Set<Socket>();
  readonly #server;
  readonly #isSecure: boolean;
  #port = 0;

  /** @param tls certificate and key, PEM, for HTTPS */
  constructor(tls?: { readonly cert: string; readonly key: string }) {
    const listen: RequestListener = (request, response) => {
      void (async () => {
        const heard = {
          method: request.method ?? '',
          path: request.url ?? '',
          headers: request.headers,
          body: await text(request),
          at: Date.now(),
        };
        this.heard.push(heard);
        const reply = await this.reply(heard);
        if (reply === 'hang') return;
        if (reply === 'reset') {
          request.socket.destroy();
          return;
        }
        response.writeHead(reply.status, reply.headers).end(reply.text ?? '');
      })();
    };
    this.#isSecure = tls !== undefined;
    this.#server = tls ? createSecureServer(tls, listen) : createServer(listen);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `${this.#isSecure ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** What was sent, parsed. */
  get bodies(): unknown[] {
    return this.heard.map(({ body }) => JSON.parse(body) as unknown);
  }

  /** Starts; after a stop on the port of before. */
  async start(): Promise<this> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }
}
