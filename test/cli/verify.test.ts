import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Ended, foretide } from './foretide.ts';
import { recording, workplace } from './workplace.ts';

const { cwd, path, write } = workplace();
const data = write('data.csv', recording(400));
const settings = [
  `input={kind: file, pace: max, paths: ["${data}"], decode: {format: csv, series: sensor, time: time, values: [value]}}`,
  'model.hidden=2',
  'store.retention=3650d',
].flatMap((each) => ['--set', each]);

const verify = (...more: string[]): Promise<Ended> =>
  foretide(['verify', 'live-forecast', ...settings, ...more], { cwd });

let ended: Ended;
beforeAll(async () => {
  const flags = ['--exit-at-end', '--no-page', '--digest', '--json', '--set', 'store.path=run.db'];
  ended = await foretide(['run', 'live-forecast', ...settings, ...flags], { cwd });
});

/** What `run` has told at its end. */
const told = () =>
  (JSON.parse(ended.stdout.trim().split('\n').at(-1)!) as { digests: { sum: string }[] }).digests;

describe('foretide run --digest', () => {
  test('tells the digests at the end', () => {
    expect(told()).toMatchObject([{ partition: 0, from: 0, to: 400, before: 0, dead: 0 }]);
  });

  test('a replay of the same tells the same', async () => {
    const flags = ['--no-page', '--digest', '--json', '--set', 'store.path=run.db'];
    const { stdout } = await foretide(['replay', 'live-forecast', ...settings, ...flags], { cwd });
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({ digests: told() });
  });

  test('a run of something else tells others', async () => {
    const flags = [
      '--exit-at-end',
      '--no-page',
      '--digest',
      '--set',
      'store.path=other.db',
      '--set',
      'model.seed=3',
    ];
    const { stdout } = await foretide(['run', 'live-forecast', ...settings, ...flags], { cwd });
    expect(stdout).toMatch(/│ Partition +│ From +│ +To +│/);
    expect(stdout).not.toContain(told()[0]!.sum.slice(0, 16));
  });
});

describe('foretide verify', () => {
  test('says that all is equal, and ends with 0', async () => {
    const { code, stdout } = await verify('--from-store', 'run.db');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^equal: [\\d,]+ outputs, digest ${told()[0]!.sum.slice(0, 16)}$`, 'm'),
    );
    const json = await verify('--set', 'store.path=run.db', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ equal: true, digests: told() });
  });

  test('names the first cell that is another, and ends with 1', async () => {
    const database = new DatabaseSync(path('run.db'));
    database.exec(
      "UPDATE forecast SET lo = 7 WHERE series = 's1' AND h = 6 AND time >= unixepoch('2026-01-05') * 1000",
    );
    database.close();
    const { code, stdout } = await verify('--from-store', 'run.db');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^✖ different: forecast h=06, column lo\n {2}at: partition 0, offset 181, series s1, 2026-01-05T00:00:00.000Z\n {2}stored: 7\n {2}again: -?[\d.]+\n$/,
    );
  });

  test('without a store it says so', async () => {
    const { code, stderr } = await verify('--from-store', 'none.db');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no such SQLite file');
  });
});
