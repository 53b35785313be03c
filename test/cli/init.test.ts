import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { iso, MINUTE, T, times } from '../init/shapes.ts';
import { foretide } from './foretide.ts';
import { recording, workplace } from './workplace.ts';

const { cwd, path, write } = workplace();
const run = (...args: string[]) => foretide(args, { cwd });
const wave = (i: number): string => (20 + 5 * Math.sin(i / 8) + (i % 3)).toFixed(2);

/** Recordings of a new user, in the shapes that they come in, and the readings that are in them. */
const SHAPES: readonly (readonly [file: string, content: string, readings: number, series: number])[] = [
  [
    'wide.csv',
    `date,load,flow\n${times(300, (i) => `${iso(T + i * MINUTE)},${wave(i)},${wave(i + 5)}\n`).join('')}`,
    ...([600, 2] as const),
  ],
  ['long.csv', recording(400), 400, 2],
  [
    'topic.ndjson',
    times(
      300,
      (i) =>
        `${JSON.stringify({ meter: `m${i % 3}`, ts: T / 1000 + Math.floor(i / 3) * 60, flow: i % 7 })}\n`,
    ).join(''),
    ...([300, 3] as const),
  ],
  [
    'lines.lp',
    times(
      300,
      (i) => `cpu,host=h${i % 2} usage=${wave(i)} ${BigInt(T + (i >> 1) * MINUTE) * 1_000_000n}\n`,
    ).join(''),
    ...([300, 2] as const),
  ],
  [
    'telegraf.json',
    times(
      300,
      (i) =>
        `${JSON.stringify({ name: 'mem', tags: { host: 'a' }, fields: { used: i % 9, free: i % 4 }, timestamp: T / 1000 + i * 10 })}\n`,
    ).join(''),
    ...([600, 2] as const),
  ],
];

test.each(SHAPES)(
  '%s: init, check and run, with no edit in between',
  { timeout: 60_000 },
  async (file, content, readings, series) => {
    write(file, content);
    const out = `${file}.yaml`;
    const begun = await run('init', file, '--out', out);
    expect([begun.code, begun.stderr]).toEqual([0, '']);
    expect(begun.stdout).toContain(`${readings} readings of ${series} series`);
    const [, next] = begun.stdout.split('Next:\n');
    const commands = next!
      .trim()
      .split('\n')
      .map((line) => line.trim().split(' '));
    expect(commands.map(([npx, name, command]) => [npx, name, command])).toEqual([
      ['npx', 'foretide', 'check'],
      ['npx', 'foretide', 'run'],
    ]);
    const checked = await run(...commands[0]!.slice(2));
    expect([checked.code, checked.stderr]).toEqual([0, '']);
    const ran = await run(...commands[1]!.slice(2), '--exit-at-end', '--speed', 'max', '--no-page');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(`${readings} in this run, ${series} series`);
    expect(ran.stdout).toMatch(/Set aside │ nothing/);
  },
);

test('settings of another pipeline fit it, also where its own recording is called otherwise', async () => {
  write('other.csv', recording(60));
  const { code } = await run('init', 'other.csv', '--out', 'other.yaml', '--pipeline', 'anomaly-alerts');
  const checked = await run('check', 'anomaly-alerts', '--config', 'other.yaml');
  expect([code, checked.code, checked.stderr]).toEqual([0, 0, '']);
});

test('a file that is there is left alone, unless --force says otherwise', async () => {
  write('a.csv', recording(40));
  writeFileSync(path('mine.yaml'), 'mine: 1\n');
  const refused = await run('init', 'a.csv', '--out', 'mine.yaml');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/is there already.*mine\.yaml.*--force.*\[FILE_UNWRITABLE\]/s);
  expect(readFileSync(path('mine.yaml'), 'utf8')).toBe('mine: 1\n');
  expect((await run('init', 'a.csv', '--out', 'mine.yaml', '--force')).code).toBe(0);
  expect(readFileSync(path('mine.yaml'), 'utf8')).toContain('kind: file');
  // nor the data themselves
  const over = await run('init', 'a.csv', '--out', 'a.csv', '--force');
  expect(over.stderr).toContain('[FILE_UNWRITABLE]');
  expect(readFileSync(path('a.csv'), 'utf8')).toBe(recording(40));
});

test('--json: what was found as one document', async () => {
  write('b.csv', recording(40));
  const { stdout } = await run('init', 'b.csv', '--json', '--out', 'b.yaml');
  const found = JSON.parse(stdout) as Record<string, unknown>;
  expect(found).toMatchObject({
    format: 'csv',
    records: 40,
    isWhole: true,
    time: { value: 'time', confidence: 'sure' },
    decode: { series: 'sensor', timeUnit: 'iso', values: ['value'] },
    cadence: { series: 2, step: 3_600_000 },
    settings: 'b.yaml',
  });
  expect(found['readings']).toHaveLength(3);
});

test.each([
  ['nothing to look at', [], /What is to be looked at\?.*\[SETTINGS_INVALID\]/s],
  ['a file that is not there', ['none.csv'], /none\.csv.*\[FILE_UNREADABLE\]/s],
  ['a topic without brokers', ['--topic', 'x'], /kafka:\/\/host:port\/topic.*got no --brokers/s],
  ['a bucket without an organisation', ['--bucket', 'b'], /--org and --bucket/],
  ['brokers that are not there', ['kafka://127.0.0.1:1/x'], /\[KAFKA_UNREACHABLE\]/],
  [
    'an InfluxDB that is not there',
    ['--url', 'http://127.0.0.1:1', '--org', 'o', '--bucket', 'b'],
    /\[INFLUX_UNREACHABLE\]/,
  ],
])('%s: code 1, why, and no file', async (_, args, message) => {
  const { code, stderr } = await foretide(['init', ...args, '--out', 'never.yaml'], {
    cwd,
    env: { INFLUX_TOKEN: 'S3CRET' },
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^ +at |S3CRET/m);
  expect(existsSync(path('never.yaml'))).toBe(false);
});
