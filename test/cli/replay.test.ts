import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { replayText } from '../../src/cli/replay.ts';
import type { RunStatus } from '../../src/serve/status.ts';
import { dump } from '../checks/dump.ts';
import { begin, type Begun, foretide } from './foretide.ts';
import { recording, workplace } from './workplace.ts';

const { cwd, path, write } = workplace();
const data = write('data.csv', recording(400));
const settings = [
  `input={kind: file, pace: max, paths: ["${data}"], decode: {format: csv, series: sensor, time: time, values: [value]}}`,
  'model.hidden=2',
].flatMap((each) => ['--set', each]);
const begun: Begun[] = [];
afterEach(async () => {
  for (const { child, ended } of begun.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

async function status(address: string): Promise<RunStatus> {
  return (await (await fetch(`${address}/api/status`)).json()) as RunStatus;
}
function act(address: string, action: object): Promise<Response> {
  return fetch(`${address}/api/replay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(action),
  });
}

describe('to the end', () => {
  test('the bundled recording, without a setting: into a file of its own, with the table, and ends', async () => {
    const { code, stdout } = await foretide(['replay', 'pipelines/replay.ts', '--speed', 'max'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Foretide replay, replay into \.foretide\/replay\.replay\.db\nLive page: http/);
    expect(stdout).toMatch(/│ Readings +│ 7,267 in this run, 1 series/);
    expect(existsSync(path('.foretide/replay.replay.db'))).toBe(true);
    expect(existsSync(path('.foretide/replay.db'))).toBe(false);
  });

  test('leaves what the run leaves, whose file it does not touch; a second one begins anew', async () => {
    const run = [
      'run',
      'live-forecast',
      ...settings,
      '--set',
      'store.path=live.db',
      '--exit-at-end',
      '--no-page',
    ];
    expect((await foretide(run, { cwd })).code).toBe(0);
    const tables = dump(path('live.db'));
    for (let round = 0; round < 2; round++) {
      const { code } = await foretide(
        [
          'replay',
          'live-forecast',
          ...settings,
          '--set',
          'store.path=live.db',
          '--no-page',
          '--into',
          'again.db',
        ],
        { cwd },
      );
      expect(code).toBe(0);
      expect(dump(path('again.db'))).toEqual(tables);
    }
    const refused = await foretide(
      ['replay', 'live-forecast', ...settings, '--set', 'store.path=live.db', '--into', './live.db'],
      { cwd },
    );
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('A replay may not touch')]);
    expect(dump(path('live.db'))).toEqual(tables);
  });

  test('a range of an earlier run, [from, to)', async () => {
    const run = [
      'run',
      'live-forecast',
      ...settings,
      '--set',
      'store.path=source.db',
      '--exit-at-end',
      '--no-page',
    ];
    expect((await foretide(run, { cwd })).code).toBe(0);
    const from = '2026-01-02';
    const to = '2026-01-03T12:00:00Z';
    const sqlite = ['--set', 'input={kind: sqlite, path: source.db}', '--set', 'model.hidden=2'];
    const { code, stderr } = await foretide(
      ['replay', 'live-forecast', ...sqlite, '--from', from, '--to', to, '--no-page', '--into', 'range.db'],
      { cwd },
    );
    expect([code, stderr]).toEqual([0, '']);
    const database = new DatabaseSync(path('range.db'), { readOnly: true });
    const range = database.prepare('SELECT min(time) AS first, max(time) AS last FROM reading').get();
    database.close();
    expect(range).toEqual({ first: Date.parse(from), last: Date.parse(to) - 3_600_000 });
  });
});

describe('on the way', () => {
  test('is paused, goes on by single readings and at another speed, by its page; a signal ends it orderly', async () => {
    const run = begin(['replay', 'live-forecast', ...settings, '--speed', '0.5x', '--into', 'way.db'], {
      cwd,
    });
    begun.push(run);
    const address = (await run.says(/Live page: (\S+)/))[1]!;
    const replay = async () => (await status(address)).replay;
    // the two readings of the first hour; the next come in two hours of ours
    const hour = Date.UTC(2026, 0, 1);
    await expect.poll(replay).toMatchObject({ position: hour, next: hour + 3_600_000, speed: '0.5x' });
    expect((await act(address, { action: 'step', readings: 10 })).status).toBe(200);
    await expect.poll(async () => (await replay())?.position).toBe(hour + 5 * 3_600_000);
    expect(await (await act(address, { action: 'pause' })).json()).toMatchObject({ isPaused: true });
    await act(address, { action: 'speed', speed: 'max' });
    await act(address, { action: 'step', time: '90m' });
    await expect.poll(async () => (await status(address)).readings).toBe(14);
    run.child.kill('SIGTERM');
    const { code, stdout } = await run.ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('Stopping: committing what has come')]);
    expect(dump(path('way.db')).reading.rows).toBe(14);
  });

  test('where there is no terminal, lines tell how far it is', () => {
    const replay = { position: 1.7e12, next: null, speed: '60x', isPaused: false, secondsLeft: 754.2 };
    expect(replayText({ replay, readings: 1234, state: 'running' })).toBe(
      '2023-11-14 22:13:20, 60x, 12:35 left, 1,234 readings',
    );
    const still = { ...replay, isPaused: true, next: 1.7e12 + 86_400_000, secondsLeft: null };
    expect(replayText({ replay: still, readings: 1, state: 'running' })).toBe(
      '2023-11-14 22:13:20, paused, 60x, 1 readings, next at 2023-11-15 22:13:20',
    );
    expect(replayText({ replay: still, readings: 1, state: 'done' })).toBe(
      '2023-11-14 22:13:20, 60x, 1 readings',
    );
  });
});

describe('refuses', () => {
  test.each([
    [['--speed', 'fast'], /No such speed/],
    [['--set', 'input={kind: sqlite, path: x.db}', '--speed', '3m'], /for files alone/],
    [['--into', 'data.csv'], /not of a replay/],
  ])('%j', async (flags, message) => {
    const { code, stderr } = await foretide(['replay', 'live-forecast', ...settings, '--no-page', ...flags], {
      cwd,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(existsSync(path('data.csv'))).toBe(true);
  });
});
