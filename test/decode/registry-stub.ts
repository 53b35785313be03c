import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A schema as a producer registers it. */
export interface StubSchema {
  readonly schema: string;
  readonly schemaType?: string;
  readonly references?: readonly {
    readonly name: string;
    readonly subject: string;
    readonly version: number;
  }[];
}

/** How the stub behaves in place of answering: a status, or never; `none`: it answers. */
export type Fault = number | 'none' | 'silent' | 'garbage' | 'redirect' | 'reset';

/**
 * A schema registry on a free port that speaks what Foretide asks of Confluent's: `/schemas/ids/:id`, `/subjects/:s/versions/:v`,
 * `/schemas/types`.
 *
 * @see https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 */
export class RegistryStub {
  readonly ids = new Map<number, StubSchema>();
  /** By `subject/version`. */
  readonly versions = new Map<string, StubSchema>();
  /** Requests in their order: method and path. */
  readonly asked: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** What each of the next requests meets; the last stays. */
  faults: Fault[] = [];
  /** Pause before each answer, ms. */
  slow = 0;
  #port = 0;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  static async start(port = 0): Promise<RegistryStub> {
    const stub = new RegistryStub();
    await new Promise<void>((resolve) => {
      stub.#server.listen(port, '127.0.0.1', resolve);
    });
    stub.#port = (stub.#server.address() as AddressInfo).port;
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(`${request.method} ${request.url}`);
    this.authorizations.push(request.headers.authorization);
    const fault = this.faults.length > 1 ? this.faults.shift() : this.faults[0];
    if (fault === 'silent') return;
    if (fault === 'reset') return void request.socket.destroy();
    if (fault === 'garbage') return void response.end('<html>');
    if (fault === 'redirect') return void response.writeHead(302, { location: '/elsewhere' }).end();
    const [status, body] =
      typeof fault === 'number'
        ? [fault, { error_code: fault, message: 'as told' }]
        : this.#found(request.url!);
    setTimeout(() => {
      response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' });
      response.end(JSON.stringify(body));
    }, this.slow);
  }

  #found(url: string): readonly [number, unknown] {
    const { pathname } = new URL(url, 'http://x');
    const [first, second, ...rest] = pathname.slice(1).split('/').map(decodeURIComponent);
    if (pathname === '/schemas/types') return [200, ['JSON', 'PROTOBUF', 'AVRO']];
    if (first === 'schemas' && second === 'ids') {
      const schema = this.ids.get(Number(rest[0]));
      return schema ? [200, schema] : [404, { error_code: 40_403, message: 'Schema not found' }];
    }
    if (first === 'subjects' && rest[0] === 'versions') {
      const schema = this.versions.get(`${second}/${rest[1]}`);
      return schema
        ? [200, { ...schema, subject: second, version: Number(rest[1]), id: 1 }]
        : [404, { error_code: 40_402, message: 'Version not found' }];
    }
    return [404, { message: 'HTTP 404 Not Found' }];
  }
}

/** A record in the wire format: a zero, the id, the payload. */
export function framed(id: number, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(5 + payload.length);
  bytes.writeUInt32BE(id, 1);
  bytes.set(payload, 5);
  return bytes;
}
