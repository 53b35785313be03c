import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { matches } from '../../src/glob.ts';
import { silentLog } from '../../src/log.ts';
import { InfluxSource } from '../../src/source/influxdb.ts';
import { InfluxArchiveSettings } from '../../src/source/influxdb-settings.ts';
import { checkSource } from '../checks/source.ts';
import { describeWithInfluxDB } from '../services/describe-with.ts';
import type { InfluxService } from '../services/influxdb.ts';
import { orSkip, startInfluxDB } from '../services/native-influxdb.ts';
import { newBucket, raw } from '../sink/influxdb-bucket.ts';
import { play } from './archive-records.ts';

const T = Date.parse('2026-01-01T00:00:00Z');
const TOKEN = 'FORETIDE_TEST_INFLUX_SOURCE_TOKEN';

afterAll(() => vi.unstubAllEnvs());

describeWithInfluxDB('InfluxSource on a real InfluxDB', (service) => {
  let bucket: string;
  beforeAll(async () => {
    vi.stubEnv(TOKEN, service.token);
    bucket = await newBucket(service);
  });

  const write = (lines: readonly string[]): Promise<void> => raw({ ...service, bucket }, lines.join('\n'));
  const source = (more: object = {}): InfluxSource => sourceOf({ ...service, bucket }, more);

  checkSource(
    'InfluxSource',
    async ([texts]) => {
      await write(texts!.map((text, n) => `battery,series=${text} value=${n} ${T + n}000`));
      return {
        open: () => source({ measurement: 'battery' }),
        text: ({ value }) => (JSON.parse(String(value)) as { series: string }).series,
      };
    },
    1,
  );

  test('readings come by time, then by the bytes of the name, then by the value; each number as it was', async () => {
    await write([
      `numbers,series=b value=2 ${T + 1}000`,
      `numbers,series=b value=0.1 ${T}000`,
      `numbers,series=a value=1e-300 ${T + 1}000`,
      `numbers,series=ä value=-1.7976931348623157e308 ${T + 1}000`,
      `numbers,series=z value=5e-324 ${T + 1}000`,
      `numbers,series=a,site=north value=3 ${T + 2}000`,
      `numbers,series=a,site=south value=-3 ${T + 2}000`,
      `numbers,series=early value=4 -1001`,
      `numbers other=1 ${T}000`,
      `numbers,site=nowhere value=1 ${T}000`,
      `other,series=a value=1 ${T}000`,
    ]);
    const { readings, batches } = await play(source({ measurement: 'numbers', from: -2 }));
    expect(readings[0]).toEqual([
      ['early', -1.001, 4],
      ['b', T, 0.1],
      ['a', T + 1, 1e-300],
      ['b', T + 1, 2],
      ['z', T + 1, 5e-324],
      ['ä', T + 1, -1.797_693_134_862_315_7e308],
      ['a', T + 2, -3],
      ['a', T + 2, 3],
    ]);
    expect(batches.flatMap(({ records }) => records.map(({ offset }) => offset))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  test('only what is asked for: series, tags, [from, to) to the microsecond; whole numbers, too', async () => {
    const lines = [0, 1, 2, 3, 4, 5].flatMap((n) =>
      ['north', 'south'].flatMap((site) =>
        ['a', 'b', 'c'].map((id) => `cut,id=${id},site=${site} level=${n}i ${T}00${n}`),
      ),
    );
    await write(lines);
    const cut = {
      measurement: 'cut',
      field: 'level',
      seriesTag: 'id',
      tags: { site: 'south' },
      series: ['c', 'a', 'x'],
    };
    const { readings } = await play(source({ ...cut, from: T + 0.002, to: T + 0.004 }));
    expect(readings[0]).toEqual([
      ['a', T + 0.002, 2],
      ['c', T + 0.002, 2],
      ['a', T + 0.003, 3],
      ['c', T + 0.003, 3],
    ]);
  });

  test('series by patterns, whatever characters they have', async () => {
    const names = [
      'boiler-1',
      'boiler-2',
      'xboiler-1',
      'a.b',
      'acb',
      'a/b$',
      'ä(1)',
      'back\\x',
      'q"uote',
      '[x]',
      'two words',
    ];
    const escaped = (name: string): string => name.replace(/[ ,=]/g, '\\$&');
    await write(names.map((name, n) => `glob,series=${escaped(name)} value=${n} ${T + n}000`));
    for (const patterns of [
      ['boiler-*'],
      ['a.*'],
      ['*/b$*'],
      ['ä(*'],
      ['*\\x'],
      ['q"*'],
      ['[*'],
      ['two *'],
      ['*'],
      ['a*b', 'boiler-2'],
    ]) {
      const { readings } = await play(source({ measurement: 'glob', series: patterns }));
      const found = (readings[0] ?? []).map(([name]) => name);
      expect(found).toEqual(names.filter((name) => patterns.some((pattern) => matches(pattern, name))));
    }
  });

  test('a stretch that begins at the end of the range is empty, and no question', async () => {
    await write([`edge,series=s value=1 ${T}000`, `edge,series=s value=2 ${T + 59_999}999`]);
    const { readings } = await play(source({ measurement: 'edge', to: T + 60_000 }));
    expect(readings[0]!.map(([, , value]) => value)).toEqual([1, 2]);
  });

  test('nanoseconds are cut to microseconds, as the decoders do', async () => {
    const query = new URLSearchParams({ org: service.org, bucket, precision: 'ns' }).toString();
    await fetch(`${service.url}/api/v2/write?${query}`, {
      method: 'POST',
      headers: { authorization: `Token ${service.token}` },
      body: `nano,series=s value=1 ${T}000999\nnano,series=s value=2 ${T}001000\nnano,series=s value=3 ${T}001999`,
    });
    const { readings } = await play(source({ measurement: 'nano' }));
    expect(readings[0]).toEqual([
      ['s', T, 1],
      ['s', T + 0.001, 2],
      ['s', T + 0.001, 3],
    ]);
  });

  test.each([
    'quo"te',
    String.raw`back\slash`,
    '${r._value}',
    '$${x}"',
    'dollar$',
    '") or true or (r.x == "',
    'ünï ☃',
    "it's, = spaced",
  ])('a name is only ever a name: %s', async (name) => {
    const escaped = name.replace(/[,= ]/g, String.raw`\$&`);
    await write([
      `${escaped.replaceAll('\\=', '=')},${escaped}=${escaped},trap=1 ${escaped}=7 ${T}000`,
      `${escaped.replaceAll('\\=', '=')},${escaped}=other ${escaped}=8 ${T}000`,
    ]);
    const all = { measurement: name, field: name, seriesTag: name };
    expect((await play(source(all))).readings[0]).toEqual(
      [
        [name, T, 7],
        ['other', T, 8],
      ].toSorted(([a], [b]) => Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))),
    );
    expect((await play(source({ ...all, series: [name] }))).readings[0]).toEqual([[name, T, 7]]);
    expect((await play(source({ ...all, tags: { [name]: name, trap: '1' } }))).readings[0]).toEqual([
      [name, T, 7],
    ]);
    expect((await play(source({ ...all, tags: { trap: name } }))).readings[0]).toEqual([]);
  });

  test.each(['line\nbreak', 'return\r', 'tab\t', '\0', '\\'])(
    'a name that no point has finds nothing: %j',
    async (name) => {
      const { readings } = await play(
        source({ measurement: name, field: name, seriesTag: name, series: [name] }),
      );
      expect(readings[0]).toEqual([]);
    },
  );

  test('a bucket is only ever a name', async () => {
    await expect(play(source({ bucket: '") |> yield() //${1}\n' }))).rejects.toMatchObject({
      code: 'INFLUX_NOT_FOUND',
    });
  });

  test('more than is asked for at once, dense and sparse: each once and in order, from any position, in small answers', async () => {
    const dense = Array.from(
      { length: 90_000 },
      (_, n) => ['s' + (n % 3), T + Math.floor(n / 3) * 3, n] as const,
    );
    const sparse = Array.from({ length: 300 }, (_, n) => ['s1', T + 1e10 + n * 86_400_000, n] as const);
    const whole = [...dense, ...sparse];
    for (let at = 0; at < whole.length; at += 30_000) {
      await write(
        whole
          .slice(at, at + 30_000)
          .map(([name, time, value]) => `many,series=${name} value=${value} ${time}000`),
      );
    }
    const answers: number[] = [];
    const spied = source({ measurement: 'many', from: 0 });
    const { readings, batches } = await play(spied, [], ({ records }) => void answers.push(records.length));
    expect(readings[0]).toEqual(whole);
    expect(Math.max(...answers)).toBeLessThanOrEqual(512);
    expect(batches.at(-1)!.next).toBe(90_300);
    for (const position of [1, 40_000, 89_999, 90_000, 90_299, 90_300]) {
      const rest = await play(source({ measurement: 'many', from: 0 }), [position]);
      expect(rest.readings[0]).toEqual(whole.slice(position));
    }
    await expect(play(source({ measurement: 'many', from: 0 }), [90_301])).rejects.toMatchObject({
      code: 'STATE_MISMATCH',
    });
  });

  test('texts and truth values are handed over as they are, for the decoder to refuse', async () => {
    await write([`odd,series=t value="21" ${T}000`]);
    await expect(play(source({ measurement: 'odd' }))).rejects.toThrow(
      'value: expected a finite number, got "21"',
    );
    await write([`odder,series=b value=true ${T}000`]);
    await expect(play(source({ measurement: 'odder' }))).rejects.toThrow(
      'value: expected a finite number, got true',
    );
  });

  test('says how far it is, from 0 to 1', async () => {
    await write(Array.from({ length: 3000 }, (_, n) => `far,series=s value=${n} ${T + n}000`));
    const far = source({ measurement: 'far', from: 0, to: '2100-01-01' });
    const shares = [far.progress()];
    await play(far, [], () => void shares.push(far.progress()));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares[0]).toBe(0);
    expect(shares[3]).toBeGreaterThan(0.2);
    expect(far.progress()).toBe(1);
  });

  test('check tells what is there, and warns where there is nothing', async () => {
    await write([`told,series=s value=1 ${T}000`, `told,series=s value=2 ${T + 5000}000`]);
    const place = `bucket ${bucket} of organisation ${service.org}`;
    expect(await source({ measurement: 'told' }).check()).toEqual([
      expect.stringMatching(/^InfluxDB v?2\.\S+ answers at http/),
      `${place} can be read with the token in the environment variable ${TOKEN}`,
      `${place}: told by series from 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:05.000Z`,
    ]);
    expect((await source({ measurement: 'told', from: '2027-01-01' }).check())[2]).toMatch(
      /warning: no value of told with a tag series in this range; check /,
    );
  });

  describe('what it says of', () => {
    test.each<[string, Partial<InfluxService>, string]>([
      ['a token that nobody knows', { token: 'no-such-token' }, 'INFLUX_UNAUTHORIZED'],
      ['a bucket that is not there', { bucket: 'no-such-bucket' }, 'INFLUX_NOT_FOUND'],
      ['an organisation that is not there', { org: 'no-such-org' }, 'INFLUX_NOT_FOUND'],
    ])('%s', async (_, wrong, code) => {
      vi.stubEnv(TOKEN, wrong.token ?? service.token);
      const wrongly = (): InfluxSource => sourceOf({ ...service, bucket, ...wrong });
      await expect(wrongly().check()).rejects.toMatchObject({ code });
      await expect(play(wrongly())).rejects.toMatchObject({ code });
      vi.stubEnv(TOKEN, service.token);
    });
  });

  test('kill -9 of the server in the middle, and a restart: it waits, and nothing is lost or doubled', async ({
    skip,
  }) => {
    const dir = await mkdtemp(join(tmpdir(), 'foretide-range-'));
    try {
      const start = () => startInfluxDB({ dir });
      const first = await orSkip(start(), skip);
      vi.stubEnv(TOKEN, first.token);
      const lines = Array.from({ length: 50_000 }, (_, n) => `reading,series=s value=${n} ${T + n}000`);
      await raw(first, lines.join('\n'));
      const messages: string[] = [];
      const log = (__: unknown, message: string): void => void messages.push(message);
      const settings = settingsOf(first, { retry: { first: '20ms', longest: '200ms' } });
      let server: { stop(): Promise<unknown> } = first;
      const { readings } = await play(
        new InfluxSource(settings, { ...silentLog, info: log, warn: log }),
        [],
        async ({ next }) => {
          if (next !== 1024) return;
          await first.kill();
          setTimeout(() => void start().then((second) => (server = second)), 300);
        },
      );
      expect(readings[0]!.map(([, , value]) => value)).toEqual(Array.from({ length: 50_000 }, (_, n) => n));
      expect(messages).toEqual(['InfluxDB is away; the range waits for it', 'InfluxDB is back']);
      await server.stop();
    } finally {
      vi.stubEnv(TOKEN, service.token);
      await rm(dir, { recursive: true, force: true });
    }
  });
});

function settingsOf({ url, org, bucket }: InfluxService, more: object): InfluxArchiveSettings {
  return InfluxArchiveSettings.parse({ url, org, bucket, token: { env: TOKEN }, from: T, ...more });
}

function sourceOf(service: InfluxService, more: object = {}): InfluxSource {
  return new InfluxSource(settingsOf(service, more));
}
