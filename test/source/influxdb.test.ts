import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { InfluxSource } from '../../src/source/influxdb.ts';
import { InfluxArchiveSettings } from '../../src/source/influxdb-settings.ts';
import { play } from './archive-records.ts';

/** What a query of the source asks for. */
type Question = 'first' | 'last' | 'count' | 'read';

const table = (types: string, names: string, row: string): string =>
  `#datatype,string,long,${types}\r\n#group,false,false,${types.replaceAll(/[^,]+/g, 'false')}\r\n` +
  `#default,_result,,${types.replaceAll(/[^,]+/g, '')}\r\n,result,table,${names}\r\n,,0,${row}\r\n\r\n`;
const TIME = '2026-01-01T00:00:00Z';
/** The answers of a bucket with one reading. */
const ANSWERS: Readonly<Record<Question, string>> = {
  first: table('dateTime:RFC3339', '_time', TIME),
  last: table('dateTime:RFC3339', '_time', TIME),
  count: table('long', '_value', '1'),
  read: table('dateTime:RFC3339,double,string', '_time,_value,series', `${TIME},21.5,"a ""b"", c"`),
};
const READING = ['a "b", c', Date.parse(TIME), 21.5];

/** How the server answers; `true` where it has. */
let behave: (question: Question, response: ServerResponse) => boolean;
const asked: Question[] = [];
const messages: string[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (data: Buffer) => (body += String(data)));
  request.on('end', () => {
    if (request.url === '/ping') return response.writeHead(204, { 'x-influxdb-version': '2.0' }).end();
    const question =
      (['first', 'last', 'count'] as const).find((name) => body.includes(`|> ${name}()`)) ?? 'read';
    asked.push(question);
    if (!behave(question, response))
      response.writeHead(200, { 'content-type': 'text/csv' }).end(ANSWERS[question]);
  });
});

beforeEach(async () => {
  vi.stubEnv('FORETIDE_TEST_TOKEN', 'secret-token');
  asked.length = 0;
  messages.length = 0;
  behave = () => false;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function source(more: object = {}): InfluxSource {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const log = (_: unknown, message: string): void => void messages.push(message);
  return new InfluxSource(
    InfluxArchiveSettings.parse({
      url: `http://127.0.0.1:${port}`,
      org: 'o',
      bucket: 'b',
      token: { env: 'FORETIDE_TEST_TOKEN' },
      from: 0,
      timeout: '300ms',
      retry: { first: '5ms', longest: '10ms', longestAsked: '50ms' },
      ...more,
    }),
    { ...silentLog, info: log, warn: log },
  );
}

/** Misbehaves so many times at this question. */
function failing(question: Question, times: number, how: (response: ServerResponse) => void): void {
  let left = times;
  behave = (at, response) => {
    if (at !== question || left === 0) return false;
    left -= 1;
    how(response);
    return true;
  };
}

test('asks for the ends, counts, reads', async () => {
  expect((await play(source())).readings[0]).toEqual([READING]);
  expect(asked).toEqual(['first', 'last', 'count', 'read']);
});

test.each<[string, (response: ServerResponse) => void]>([
  ['is away', (response) => response.socket?.destroy()],
  ['is busy', (response) => response.writeHead(503).end()],
  ['asks for a pause', (response) => response.writeHead(429, { 'retry-after': '1' }).end()],
  [
    'breaks off in the middle of its answer',
    (response) => {
      response.writeHead(200, { 'content-length': '9999' }).write(ANSWERS.read);
      setTimeout(() => response.socket?.destroy(), 20);
    },
  ],
  [
    'falls silent in the middle of its answer',
    (response) => void response.writeHead(200).write(ANSWERS.read),
  ],
  ['never answers', () => undefined],
])('a server that %s is asked again, and what it had said does not count', async (_, how) => {
  failing('read', 2, how);
  expect((await play(source())).readings[0]).toEqual([READING]);
  expect(asked).toEqual(['first', 'last', 'count', 'read', 'read', 'read']);
  expect(messages).toEqual(['InfluxDB is away; the range waits for it', 'InfluxDB is back']);
});

test('a pause that the server asks for is kept, up to the longest', async () => {
  failing('count', 1, (response) => response.writeHead(429, { 'retry-after': '100' }).end());
  const start = performance.now();
  await play(source({ retry: { first: '1ms', longest: '2ms', longestAsked: '200ms' } }));
  expect(performance.now() - start).toBeGreaterThan(190);
});

test('a stop ends the waiting at once and quietly', async () => {
  behave = (_, response) => {
    response.writeHead(503).end();
    return true;
  };
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  const { batches } = await play(
    source({ retry: { first: '10m', longest: '10m' } }),
    [],
    undefined,
    stop.signal,
  );
  expect(batches).toEqual([]);
});

test('a query that is given up in the middle of the answer is an error, not an end', async () => {
  const error =
    '#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,runtime error: boom,897\r\n';
  failing('read', 1, (response) => response.writeHead(200).end(`${ANSWERS.read}${error}`));
  await expect(play(source())).rejects.toMatchObject({
    code: 'INFLUX_REJECTED',
    message: expect.stringContaining('InfluxDB gives up the query: got 400 runtime error: boom') as unknown,
  });
});

test('check says within seconds that nobody answers, and shows no token', async () => {
  const error = { code: 'INFLUX_UNREACHABLE', canRetry: true };
  await expect(source({ url: 'http://127.0.0.1:1' }).check()).rejects.toMatchObject(error);
  failing('first', 1000, (response) => response.writeHead(404).end('{"message":"secret?"}'));
  const refused = await source()
    .check()
    .catch((reason: unknown) => reason);
  expect(refused).toMatchObject({ code: 'INFLUX_NOT_FOUND' });
  expect(String(refused)).not.toContain('secret-token');
});

test('a token that is not there', async () => {
  vi.stubEnv('FORETIDE_TEST_TOKEN', '');
  await expect(play(source())).rejects.toMatchObject({ code: 'SECRET_MISSING' });
});
