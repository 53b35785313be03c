import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InfluxSettings } from '../../src/sink/influxdb-settings.ts';
import { InfluxSink } from '../../src/sink/influxdb.ts';
import { checkSink } from '../checks/sink.ts';
import { FakeInfluxDB } from './fake-influxdb.ts';
import type { Behaviour } from './fake-influxdb.ts';
import { pointsOf } from './points.ts';

const T = 1_700_000_000_000;
const never = new AbortController().signal;
let server: FakeInfluxDB;
let sinks: InfluxSink[];
let said: [string, Readonly<Record<string, unknown>>][];

beforeEach(async () => {
  server = await new FakeInfluxDB().start();
  sinks = [];
  said = [];
  vi.stubEnv('FORETIDE_TEST_TOKEN', 't0ken');
});

afterEach(async () => {
  for (const sink of sinks) await sink.close();
  await server.stop();
  vi.unstubAllEnvs();
});

function log(facts: Readonly<Record<string, unknown>>, message: string): void {
  said.push([message, facts]);
}

function makeSink(more: object = {}): InfluxSink {
  const settings = InfluxSettings.parse({
    url: server.url,
    org: 'my org',
    bucket: 'b&b',
    token: { env: 'FORETIDE_TEST_TOKEN' },
    retry: { first: '1ms', longest: '5ms' },
    ...more,
  });
  const sink = new InfluxSink(settings, { info: log, warn: log });
  sinks.push(sink);
  return sink;
}

/** n readings of one series, a millisecond apart; offsets count up from 100. */
function readings(n: number, series = 's') {
  const rows = Array.from({ length: n }, (_, i) => [series, T + i, i] as const);
  return pointsOf(['value'], rows, { from: 100 });
}

/** Behaves as told, once for each write, and stores from then on. */
function script(...behaviours: readonly Behaviour[]): void {
  const left = [...behaviours];
  server.behave = () => left.shift() ?? 'store';
}

/** Refuses every request that holds one of the bad lines; `part`: it stores the others. */
function refuse(bad: (line: string) => boolean, status: number, part: boolean): void {
  server.behave = ({ lines }) => {
    const good = lines.filter((line) => !bad(line));
    if (good.length === lines.length) return 'store';
    return {
      status,
      message: `bad lines dropped=${part ? lines.length - good.length : '?'}`,
      ...(part && { part: good }),
    };
  };
}

function valueIn(values: readonly number[]): (line: string) => boolean {
  return (line) => values.some((value) => line.includes(` value=${value} `));
}

checkSink(
  'InfluxSink',
  () => makeSink(),
  async (series) => server.stored(series),
);

test('sends batches of at most batchLines, one after the other, with organisation, bucket, precision and token', async () => {
  const dead = await makeSink({ batchLines: 1000 }).write(
    [readings(1500), readings(1, 'x'), readings(999, 'y')],
    never,
  );
  expect(dead).toEqual([]);
  expect(server.writes.map(({ lines }) => lines.length)).toEqual([1000, 1000, 500]);
  expect(server.writes[0]).toMatchObject({
    path: '/api/v2/write?org=my%20org&bucket=b%26b&precision=us',
    authorization: 'Token t0ken',
  });
  expect(server.stored(['s', 'x', 'y'])).toHaveLength(2500);
});

test('compresses where it is told to', async () => {
  await makeSink().write([readings(2000)], never);
  await makeSink({ gzip: true }).write([readings(2000, 'z')], never);
  expect(server.writes.map(({ encoding }) => encoding)).toEqual([undefined, 'gzip']);
  expect(server.stored(['s', 'z'])).toHaveLength(4000);
});

test('a batch of more than 50 MB, at which the client would send and forget, is awaited like any other', async () => {
  const long = Array.from({ length: 3000 }, (_, i) => [`${i}`.padEnd(250, '-'), T, i] as const);
  const points = pointsOf(['value'], long, { tags: { model: 'm'.repeat(20_000) } });
  script({ status: 503 }, { status: 204 });
  await makeSink().write([points], never);
  expect(server.writes.map(({ lines }) => lines.length)).toEqual([3000, 3000]);
});

describe('while the server is away or busy', () => {
  test.each<[string, Behaviour]>([
    ['a reset connection', 'reset'],
    ['408', { status: 408 }],
    ['429', { status: 429, message: 'too many requests' }],
    ['500', { status: 500, message: 'internal error' }],
    ['502 of a proxy', { status: 502, headers: { 'content-type': 'text/html' }, message: 'Bad Gateway' }],
    ['503', { status: 503 }],
    [
      'a cluster that the client takes for a success',
      { status: 500, message: 'hinted handoff queue not empty' },
    ],
  ])('%s: sends again until all is stored', async (_, behaviour) => {
    script(...Array.from({ length: 12 }, () => behaviour));
    expect(await makeSink().write([readings(20)], never)).toEqual([]);
    expect(server.writes).toHaveLength(13);
    expect(server.stored(['s'])).toHaveLength(20);
  });

  test('says once that it is away and once that it is back, and the client says nothing', async () => {
    const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')];
    script('reset', { status: 503 }, { status: 429 }, 'reset');
    const sink = makeSink();
    await sink.write([readings(5)], never);
    await sink.write([readings(5)], never);
    expect(said.map(([message]) => message)).toEqual([
      'InfluxDB is away; points wait until it is back',
      'InfluxDB is back',
    ]);
    expect(said[0]?.[1]).toMatchObject({ url: server.url });
    script({ status: 503 });
    await sink.write([readings(5)], never);
    expect(said).toHaveLength(4);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test('a server that is not there at all', async () => {
    const sink = makeSink({ url: 'http://127.0.0.1:9' });
    const stop = new AbortController();
    const writing = sink.write([readings(1)], stop.signal);
    const failure = writing.catch((thrown: unknown) => thrown);
    await vi.waitFor(() => expect(said).toHaveLength(1));
    stop.abort('enough');
    expect(await failure).toBe('enough');
    expect(said[0]?.[1]).toMatchObject({ error: expect.stringMatching(/ECONNREFUSED|bad port/) as unknown });
  });

  test('a server that does not answer: the attempt and its connection end with the time-out', async () => {
    script('hang', 'hang');
    await makeSink({ timeout: '50ms' }).write([readings(3)], never);
    expect(server.writes).toHaveLength(3);
    await vi.waitFor(() => expect(server.connections).toBeLessThanOrEqual(1));
  });

  test.each([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 2000).toUTCString()],
  ])('waits as long as Retry-After says, in %s', async (_, header) => {
    script({ status: 429, headers: { 'retry-after': header() } });
    await makeSink().write([readings(1)], never);
    const [first, second] = server.writes;
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(990);
    expect(second!.at - first!.at).toBeLessThan(5000);
  });

  test('does not wait longer than it may be asked to', async () => {
    script({ status: 503, headers: { 'retry-after': '86400' } });
    await makeSink({ retry: { first: '1ms', longest: '5ms', longestAsked: '50ms' } }).write(
      [readings(1)],
      never,
    );
    expect(server.writes).toHaveLength(2);
  });

  test.each<[string, Behaviour]>([
    ['in a request', 'hang'],
    ['in a pause', { status: 503, headers: { 'retry-after': '60' } }],
  ])('stops at once when the run stops, %s', async (_, behaviour) => {
    server.behave = () => behaviour;
    const stop = new AbortController();
    const reason = new Error('shutting down');
    const writing = makeSink().write([readings(1)], stop.signal);
    const failure = writing.catch((thrown: unknown) => thrown);
    await vi.waitFor(() => expect(server.writes).toHaveLength(1));
    const before = performance.now();
    stop.abort(reason);
    expect(await failure).toBe(reason);
    expect(performance.now() - before).toBeLessThan(1000);
    expect(server.writes).toHaveLength(1);
  });
});

describe('lines that the server refuses', () => {
  test.each([
    ['400: nothing of the batch was stored', 400, false],
    ['413: too large', 413, false],
    ['422: the good lines were stored', 422, true],
    ['201: the good lines were stored', 201, true],
  ])('%s', async (_, status, part) => {
    refuse(valueIn([0, 7, 8, 999]), status, part);
    const dead = await makeSink().write([readings(400), readings(600, 'other')], never);
    // `value` counts from 0 in both
    expect(dead.map(({ series, offset }) => [series, offset])).toEqual([
      ['s', 100],
      ['s', 107],
      ['s', 108],
      ['other', 100],
      ['other', 107],
      ['other', 108],
    ]);
    expect(dead[1]).toEqual({
      reason: 'rejected',
      series: 's',
      offset: 107,
      detail: expect.stringContaining(`InfluxDB: ${status} `) as unknown,
      bytes: Buffer.from(`reading,series=s value=7 ${T + 7}000`),
    });
    expect(dead[1]?.detail).toContain('bad lines');
    expect(server.stored(['s', 'other'])).toHaveLength(1000 - 6);
    expect(said).toEqual([]);
  });

  test('a line without a number keeps the others in step', async () => {
    refuse(valueIn([5]), 400, false);
    const rows = [NaN, 4, NaN, 5, 6].map((value, i) => [`s${i}`, T, value] as const);
    const dead = await makeSink().write([pointsOf(['value'], rows, { from: 10 })], never);
    expect(dead).toMatchObject([{ series: 's3', offset: 13 }]);
  });

  test('all lines: one request is enough where the server counts what it dropped', async () => {
    refuse(() => true, 422, true);
    const dead = await makeSink().write([readings(5000)], never);
    expect(dead).toHaveLength(5000);
    expect(server.writes).toHaveLength(1);
  });

  test('a server that goes away between the halves', async () => {
    const bad = valueIn([3]);
    let count = 0;
    server.behave = ({ lines }) => {
      if (++count % 2 === 0) return count % 4 === 0 ? 'reset' : { status: 503 };
      return lines.some((line) => bad(line)) ? { status: 400, message: 'bad' } : 'store';
    };
    const dead = await makeSink().write([readings(64)], never);
    expect(dead).toMatchObject([{ offset: 103 }]);
    expect(server.stored(['s'])).toHaveLength(63);
  });

  test('a real mistake: an infinite value', async () => {
    const points = pointsOf(
      ['value'],
      [
        ['s', T, 1],
        ['s', T + 1, Infinity],
        ['s', T + 2, 3],
      ],
    );
    expect(await makeSink().write([points], never)).toMatchObject([{ offset: 1, reason: 'rejected' }]);
    expect(server.stored(['s'])).toHaveLength(2);
  });
});

describe('what waiting does not help', () => {
  test.each([
    [401, 'INFLUX_UNAUTHORIZED', /FORETIDE_TEST_TOKEN/],
    [403, 'INFLUX_NOT_FOUND', /may write/],
    [404, 'INFLUX_NOT_FOUND', /bucket b&b/],
    [301, 'INFLUX_REJECTED', /url/],
    [405, 'INFLUX_REJECTED', /url/],
  ])('%d stops loudly, in writes and in the check', async (status, code, todo) => {
    server.behave = () => ({ status, message: 'no' });
    const sink = makeSink();
    for (const attempt of [() => sink.write([readings(3)], never), () => sink.check()]) {
      const error: unknown = await attempt().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        name: 'ForetideError',
        code,
        message: expect.stringMatching(todo) as unknown,
      });
      expect(String(error)).not.toContain('t0ken');
    }
    expect(server.writes).toHaveLength(2);
  });

  test('a token that is not there, or cannot be one', async () => {
    vi.stubEnv('FORETIDE_TEST_TOKEN', '');
    await expect(makeSink().check()).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    vi.stubEnv('FORETIDE_TEST_TOKEN', 'two\nlines');
    const error: unknown = await makeSink()
      .write([readings(1)], never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SECRET_MISSING' });
    expect(String(error)).not.toContain("lines'");
    expect(server.writes).toEqual([]);
  });
});

describe('check', () => {
  test('says what it found and writes nothing', async () => {
    expect(await makeSink().check()).toEqual([
      `InfluxDB 2.7.0 answers at ${server.url}`,
      'bucket b&b of organisation my org can be written with the token in the environment variable FORETIDE_TEST_TOKEN',
    ]);
    expect(server.writes.map(({ lines }) => lines)).toEqual([['# foretide check']]);
  });

  test.each([
    [404, 'INFLUX_REJECTED'],
    [302, 'INFLUX_REJECTED'],
    [401, 'INFLUX_UNAUTHORIZED'],
    [503, 'INFLUX_UNREACHABLE'],
  ])('a server that answers a ping with %d', async (status, code) => {
    server.ping = status;
    await expect(makeSink().check()).rejects.toMatchObject({ code });
    expect(server.writes).toEqual([]);
  });

  test.each<[string, object, Behaviour]>([
    ['nobody there', { url: 'http://127.0.0.1:9' }, 'store'],
    ['a server that is busy', {}, { status: 503, message: 'busy' }],
    ['a server that hangs', { timeout: '50ms' }, 'hang'],
  ])('%s', async (_, more, behaviour) => {
    server.behave = () => behaviour;
    await expect(makeSink(more).check()).rejects.toMatchObject({
      code: 'INFLUX_UNREACHABLE',
      canRetry: true,
    });
  });
});
