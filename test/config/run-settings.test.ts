import { expect, test } from 'vitest';
import { z } from 'zod';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import liveForecast from '../../pipelines/live-forecast.ts';
import replay from '../../pipelines/replay.ts';
import { InputSettings, OutputSettings, runSettings } from '../../src/config/run-settings.ts';

const Run = z.strictObject(runSettings);

interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

/** Paths of the keys that have no description. A section needs none of its own where all below it have one. */
function undescribed(schema: z.ZodType, path: string): string[] {
  const { shape, innerType, in: input, options } = schema.def as Definition;
  if (shape) {
    return Object.entries(shape).flatMap(([key, value]) => {
      const below = `${path}${path && '.'}${key}`;
      return isSection(value) || isDescribed(value) ? undescribed(value, below) : [below];
    });
  }
  const inner = innerType ?? input;
  return [...(options ?? []), ...(inner ? [inner] : [])].flatMap((next) => undescribed(next, path));
}

function isDescribed(schema: z.ZodType): boolean {
  const { innerType } = schema.def as Definition;
  return Boolean(schema.description) || (innerType !== undefined && isDescribed(innerType));
}

function isSection(schema: z.ZodType): boolean {
  const { shape, innerType, options } = schema.def as Definition;
  if (shape) return true;
  if (options) return options.every((option) => isSection(option));
  return innerType !== undefined && isSection(innerType);
}

test.each([liveForecast, anomalyAlerts, replay])(
  'every key of the settings of $name says what it is for',
  ({ settings }) => {
    expect(undescribed(settings, '')).toEqual([]);
  },
);

test('the walk over the descriptions finds a key without one, wherever it stands', () => {
  const bare = z.strictObject({
    a: z.int().describe('said').default(1),
    b: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('x').describe('said'),
        deep: z.strictObject({ c: z.int() }).prefault({ c: 1 }),
      }),
    ]),
    d: z.string().optional(),
  });
  expect(undescribed(bare, '')).toEqual(['b.deep.c', 'd']);
});

test('what is not said has a default: a run of one file needs nothing but its path', () => {
  const { input, ...rest } = Run.parse({ input: { kind: 'file', paths: ['a.ndjson'] } });
  expect(input).toMatchObject({ kind: 'file', pace: { kind: 'max' }, decode: { format: 'json' } });
  expect(rest).toEqual({
    model: {
      usual: true,
      cell: 'lstm',
      activation: 'tanh',
      inputs: 'plain',
      hidden: 16,
      layers: 1,
      horizon: 12,
      seed: 1,
    },
    output: { kind: 'store' },
    deadLetters: { kind: 'store' },
    store: {
      retention: 90 * 86_400_000,
      sync: 'commit',
      mode: 'rows',
      generationEvery: 600_000,
      onMismatch: 'refuse',
      transactionTimeout: 60_000,
    },
    commit: { every: 500, readings: 20_000 },
    ticks: { every: 'off' },
    snapshots: { every: 'off', keep: 24 },
    commands: {},
    series: { evictAfter: 'off', back: 'clean' },
    candidate: { burnIn: 7 * 86_400_000, promote: { by: 'hand', after: 2000, better: 0.02 } },
    digest: false,
    page: { enabled: true, host: '127.0.0.1', port: 7077, allowedHosts: [], unprotected: false },
    metrics: { enabled: true, host: '127.0.0.1', open: false },
    maxStateBytes: 2 ** 30,
  });
});

test('the records of a history are read without a setting; its range is [from, to), and it has no pace', () => {
  const decode = { format: 'json', series: 'series', values: ['value'], time: 'time', timeUnit: 'auto' };
  const sqlite = { kind: 'sqlite', path: 'a.db' };
  const influxdb = { kind: 'influxdb', org: 'o', bucket: 'b', from: '2026-01-01' };
  expect(Run.parse({ input: sqlite }).input).toMatchObject({ path: 'a.db', decode });
  expect(Run.parse({ input: influxdb }).input).toMatchObject({
    from: Date.parse('2026-01-01'),
    measurement: 'reading',
    field: 'value',
    seriesTag: 'series',
    tags: {},
    decode,
  });
  for (const input of [sqlite, influxdb, { kind: 'kafka', brokers: ['a:1'], topic: 't' }]) {
    const issues = (more: object) => InputSettings.safeParse({ ...input, ...more }).error?.issues;
    expect(issues({ pace: '60x' })).toMatchObject([{ code: 'unrecognized_keys', keys: ['pace'] }]);
    expect(issues({ from: '2026-01-02', to: '2026-01-02' })).toMatchObject([{ path: ['to'] }]);
  }
  expect(InputSettings.safeParse({ ...influxdb, from: undefined }).success).toBe(false);
});

test('the page is served to this machine alone unless somebody says otherwise', () => {
  expect(Run.parse({ input: { kind: 'file', paths: ['a'] }, page: { port: 0 } }).page.host).toBe('127.0.0.1');
});

test('a secret is a place, never a text', () => {
  const influx = { kind: 'influxdb', org: 'o', bucket: 'b' };
  expect(OutputSettings.parse(influx)).toMatchObject({ token: { env: 'INFLUX_TOKEN' } });
  expect(OutputSettings.safeParse({ ...influx, token: 'abc' }).success).toBe(false);
});

test.each([
  { commit: { every: '0s' } },
  { commit: { readings: 0 } },
  { page: { port: -1 } },
  { page: { port: 65_536 } },
  { page: { host: '' } },
  { maxStateBytes: 1023 },
  { deadLetters: { kind: 'kafka' } },
  { output: { kind: 'null' } },
  { input: { kind: 'file', paths: [] } },
  { model: { hidden: 0 } },
])('refuses %j', (wrong) => {
  expect(Run.safeParse({ input: { kind: 'file', paths: ['a'] }, ...wrong }).success).toBe(false);
});
