import { existsSync, mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { foretide } from './foretide.ts';
import { recording, workplace } from './workplace.ts';

const { cwd, path, write } = workplace();
const data = write('data.csv', recording(50));
const input = [
  '--set',
  `input={kind: file, paths: ["${data}"], decode: {format: csv, series: sensor, time: time, values: [value]}}`,
];
const check = (...args: string[]) => foretide(['check', ...args], { cwd });

test('says that it fits, how large a series is, and what it found; runs nothing', async () => {
  const { code, stdout, stderr } = await check('live-forecast', ...input, '--set', 'maxStateBytes=1000000');
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.every((line) => line.startsWith('✔ '))).toBe(true);
  expect(lines[0]).toBe('✔ live-forecast: settings fit');
  expect(lines[1]).toMatch(/^✔ model lstm8: fingerprint [0-9a-f]{12}$/);
  const [, bytes, partition, most] =
    /^✔ state: (\d+) bytes a series, (\d+) a partition; maxStateBytes allows (\d+) series a partition$/.exec(
      lines[2]!,
    )!;
  expect(Number(bytes)).toBeGreaterThan(1000);
  expect(Number(partition)).toBeGreaterThan(100);
  expect(Number(most)).toBe(Math.floor((1_000_000 - Number(partition)) / Number(bytes)));
  expect(lines.slice(3)).toEqual([
    `✔ file ${data}: readable, about 51 lines`,
    '✔ sqlite .foretide/live-forecast.db: will be made',
  ]);
  expect(existsSync(path('.foretide'))).toBe(false);
});

test('the bytes a series and a partition follow from the settings', async () => {
  const bytes = async (...set: string[]): Promise<readonly [number, number]> => {
    const { stdout } = await check('live-forecast', ...input, ...set.flatMap((each) => ['--set', each]));
    const [, series, partition] = /state: (\d+) bytes a series, (\d+) a partition/.exec(stdout)!;
    return [Number(series), Number(partition)];
  };
  const bytesOf = async (...set: string[]): Promise<number> => (await bytes(...set))[0];
  const [usual, larger, frozen] = await Promise.all([
    bytesOf(),
    bytesOf('model.hidden=64'),
    bytesOf('forecast.learn=none'),
  ]);
  expect(larger).toBeGreaterThan(usual);
  expect(frozen).toBeLessThan(usual);
  const shared = await bytes('forecast.weights=partition');
  expect(shared[0]).toBeLessThan(usual);
  expect(shared[1]).toBeGreaterThan(1000);
});

test.each([
  ['live-forecast', input],
  ['anomaly-alerts', []],
] as const)('with a grace: what it takes, in memory and time: %s', async (pipeline, of) => {
  const { code, stdout } = await check(
    pipeline,
    ...of,
    ...['align.every=1m', 'align.grace=10m', 'align.graceReadings=30'].flatMap((each) => ['--set', each]),
  );
  expect(code).toBe(0);
  const [, total] = /state: (\d+) bytes a series/.exec(stdout)!;
  const [, own, images, apart] =
    /late readings: of the bytes of a series (\d+) are its state, (\d+) that of two moments before, (\d+) its last 30 readings/.exec(
      stdout,
    )!;
  expect(Number(images)).toBe(2 * Number(own));
  expect(Number(own) + Number(images) + Number(apart)).toBeLessThanOrEqual(Number(total));
  expect(stdout).toMatch(/one steps at most some 20 readings .* (?!0 )\d+ µs a reading, \d+\.\d ms\n/);
});

test.each([
  ['a file that is not there', ['--set', 'input.paths=[none.csv]'], /none\.csv.*\[FILE_UNREADABLE\]/s],
  ['a column that is not there', ['--set', 'input.decode.time=when'], /got when.*\[SETTINGS_INVALID\]/s],
  ['settings that do not fit', ['--set', 'model.cell=x'], /model\.cell.*\[SETTINGS_INVALID\]/s],
  ['a store that cannot be', ['--set', 'store.path=folder.db'], /a folder.*\[STORE_FAILED\]/s],
  [
    'an InfluxDB that is not there',
    ['--set', 'output={kind: influxdb, url: "http://127.0.0.1:1", org: o, bucket: b}'],
    /127\.0\.0\.1:1.*\[INFLUX_/s,
  ],
])('%s: code 1, and why', async (_, args, message) => {
  mkdirSync(path('folder.db'), { recursive: true });
  const how = { cwd, env: { INFLUX_TOKEN: 'S3CRET' } };
  const { code, stderr } = await foretide(['check', 'live-forecast', ...input, ...args], how);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^ +at |S3CRET/m);
});

test('tells of every service that is at fault, not of the first alone', async () => {
  const bad = ['--set', 'input.paths=[none.csv]', '--set', 'input.decode.columns=[sensor, time, value]'];
  const sink = ['--set', 'output={kind: influxdb, url: "http://127.0.0.1:1", org: o, bucket: b}'];
  const how = { cwd, env: { INFLUX_TOKEN: 'S3CRET' } };
  const { code, stderr } = await foretide(['check', 'live-forecast', ...input, ...bad, ...sink], how);
  expect(code).toBe(1);
  expect(stderr).toContain('[FILE_UNREADABLE]');
  expect(stderr).toContain('[INFLUX_UNREACHABLE]');
});

test('what a join makes of which names', async () => {
  const align = '{every: 1h, join: {channels: [load, flow], known: [price], ahead: 24}}';
  const { code, stdout } = await check('live-forecast', ...input, '--set', `align=${align}`);
  expect(code).toBe(0);
  expect(stdout).toContain('✔ join: KEY/load, KEY/flow become channels of KEY\n');
});

test('with series that are given up: what that gives back, and what it keeps', async () => {
  const lines = async (...set: string[]): Promise<readonly string[]> => {
    const { code, stdout } = await check(
      'live-forecast',
      ...input,
      ...set.flatMap((each) => ['--set', each]),
    );
    expect(code).toBe(0);
    return stdout.split('\n').filter((line) => line.startsWith('✔ series:'));
  };
  const clean = await lines('series.evictAfter=30d');
  expect(clean).toEqual([
    expect.stringMatching(
      /^✔ series: one of which nothing comes for 720 h of event time is given up, its \d+ bytes are the next one's; looked for every 90 h$/,
    ),
  ]);
  const archive = await lines('series.evictAfter=30d', 'series.back=archive');
  expect(archive[1]).toMatch(/^✔ series: what it had, \d+ bytes, is kept on disk/);
});
