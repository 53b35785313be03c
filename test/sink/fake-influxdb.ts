import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { parseLines } from '../../src/decode/line-parser.ts';
import { isRefusal } from '../../src/decode/refusal.ts';
import { timeOfText } from '../../src/decode/time.ts';
import type { StoredPoint } from '../checks/sink.ts';

/** A write as the server saw it. */
export interface Written {
  readonly lines: readonly string[];
  /** By `performance.now()`. */
  readonly at: number;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly encoding: string | undefined;
}

/** `part`: the lines that it stores all the same. */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly part?: readonly string[];
}

/** How the server behaves: `store` as InfluxDB does, `reset` the connection, `hang` without an answer, or an answer of its own. */
export type Behaviour = 'store' | 'reset' | 'hang' | Answer;

/** A server on loopback that speaks as much of InfluxDB 2's HTTP as a sink uses, and misbehaves on command. */
export class FakeInfluxDB {
  readonly writes: Written[] = [];
  /** What a ping is answered with. */
  ping = 204;
  /** Decides on each write. */
  behave: (write: Written) => Behaviour = () => 'store';
  readonly #points = new Map<string, StoredPoint>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '';
      if (path === '/ping') {
        response.writeHead(this.ping, { 'x-influxdb-version': '2.7.0' }).end();
        return;
      }
      const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
      const lines = (await text(body)).split('\n');
      const write = {
        lines,
        at: performance.now(),
        path,
        authorization: request.headers.authorization,
        encoding: request.headers['content-encoding'],
      };
      this.writes.push(write);
      const behaviour = this.behave(write);
      if (behaviour === 'hang') return;
      if (behaviour === 'reset') {
        request.socket.destroy();
        return;
      }
      const answer = behaviour === 'store' ? this.#store(lines) : behaviour;
      const { status, headers = {}, message, part } = answer;
      if (part !== undefined) this.#store(part);
      const json = message === undefined ? '' : JSON.stringify({ code: 'code', message, error: message });
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(json);
    })();
  });

  get url(): string {
    const address = this.#server.address();
    return typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : address;
  }

  async start(): Promise<this> {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  stored(series: readonly string[]): StoredPoint[] {
    return [...this.#points.values()].filter((point) => series.includes(point.series));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** All or nothing, as 400 of InfluxDB 2.7; points of one identity are merged. */
  #store(lines: readonly string[]): Answer {
    const parsed = parseLines(lines.join('\n'));
    if (isRefusal(parsed)) return { status: 400, message: `unable to parse: ${parsed.detail}` };
    for (const { measurement, tags, fields, time } of parsed) {
      const { series = '', ...others } = Object.fromEntries(tags);
      const key = JSON.stringify([measurement, tags, time]);
      const before = this.#points.get(key)?.fields;
      const merged = { ...before, ...Object.fromEntries(fields) };
      this.#points.set(key, {
        measurement,
        series,
        tags: others,
        time: timeOfText('us')(time ?? ''),
        fields: merged,
      });
    }
    return { status: 204 };
  }
}
