import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { dump } from '../checks/dump.ts';
import { oddCsv, ODD_SETTINGS } from '../route/odd-readings.ts';
import { begin, type Begun, foretide } from './foretide.ts';
import { ownPipeline, recording, workplace } from './workplace.ts';

const { cwd, path, write } = workplace();
const data = write('data.csv', recording(400));
const begun: Begun[] = [];
afterEach(async () => {
  for (const { child, ended } of begun.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

let count = 0;
/** Arguments of a run of that recording with a small model into a new file. */
function small(db = `${count++}.db`, ...more: string[]): string[] {
  const settings = [
    `input={kind: file, pace: max, paths: ["${data}"], decode: {format: csv, series: sensor, time: time, values: [value]}}`,
    'model.hidden=2',
    'page.port=0',
    `store.path=${db}`,
  ];
  return ['run', 'live-forecast', ...settings.flatMap((each) => ['--set', each]), ...more];
}
function start(...args: string[]): Begun {
  const run = begin(args, { cwd });
  begun.push(run);
  return run;
}

/** Series that the run behind this page has seen. */
async function series(address: string): Promise<number> {
  const status = (await (await fetch(`${address}/api/status`)).json()) as { series: number };
  return status.series;
}

describe('to the end', () => {
  test('--exit-at-end prints the table and ends with 0', async () => {
    const { code, stdout } = await foretide(small('end.db', '--exit-at-end', '--no-page'), { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Foretide live-forecast: Forecasts every series/);
    expect(stdout).not.toContain('Live page');
    expect(stdout).toMatch(/│ Readings +│ 400 in this run, 2 series/);
    expect(stdout).toMatch(/│ Data +│ end\.db/);
    expect(stdout).toMatch(/│ Steps ahead +│/);
    expect(dump(path('end.db')).reading.rows).toBe(400);
  });

  test('a second run of it says that nothing is new; --fresh runs it again', async () => {
    const args = small('twice.db', '--exit-at-end', '--no-page');
    await foretide(args, { cwd });
    const before = dump(path('twice.db'));
    const again = await foretide(args, { cwd });
    expect(again.stdout).toContain('All of it had been run before');
    expect(again.stdout).toMatch(/│ Readings +│ 0 in this run, 2 series/);
    expect(again.stdout).toMatch(/% (better|worse)/);
    const fresh = await foretide([...args, '--fresh'], { cwd });
    expect(fresh.stdout).toMatch(/│ Readings +│ 400 in this run/);
    expect(dump(path('twice.db'))).toEqual(before);
  });

  test('without it the page stays up until a signal', async () => {
    const run = start(...small());
    const [, address] = await run.says(/Live page: (http:\S+)/);
    await run.says(/The page stays up at http:\S+ until Ctrl-C/);
    expect(await series(address!)).toBe(2);
    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({ code: 0, signal: null });
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('commits what has come and ends with 0, soon; the next run goes on', async () => {
    const db = `${signal}.db`;
    const run = start(...small(db, '--speed', '1x', '--set', 'commit.every=1h'));
    const [, address] = await run.says(/Live page: (http:\S+)/);
    while ((await series(address!)) < 2) await sleep(20);
    const at = performance.now();
    run.child.kill(signal);
    const { code, signal: by, stdout, stderr } = await run.ended;
    expect({ code, by, stderr }).toEqual({ code: 0, by: null, stderr: '' });
    expect(performance.now() - at).toBeLessThan(3000);
    expect(stdout).toContain('Stopping: committing what has come');
    expect(dump(path(db)).reading.rows).toBe(2);

    const rest = await foretide(small(db, '--exit-at-end', '--no-page'), { cwd });
    expect(rest.stdout).toMatch(/│ Readings +│ 398 in this run/);
    const whole = `${signal}-whole.db`;
    await foretide(small(whole, '--exit-at-end', '--no-page'), { cwd });
    expect(dump(path(db))).toEqual(dump(path(whole)));
  });
});

describe("somebody's own pipeline", () => {
  const input = `defaults: { ...live.defaults, input: { kind: 'file', paths: ['${data}'], decode: { format: 'csv', series: 'sensor', values: ['value'] } } }`;

  test('runs by the path of its file, into a store of its own', async () => {
    write('mine.ts', ownPipeline('mine', input));
    const { code, stdout } = await foretide(['run', './mine.ts', '--exit-at-end', '--no-page'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('Foretide mine: A pipeline of my own.');
    expect(existsSync(path('.foretide/mine.db'))).toBe(true);
    const db = new DatabaseSync(path('.foretide/mine.db'), { readOnly: true });
    expect(db.prepare('SELECT count(*) AS n FROM reading').get()).toEqual({ n: 400 });
    db.close();
  });

  test('that breaks while it runs ends with 1 and says what broke', async () => {
    write('broken.ts', ownPipeline('broken', `${input}, records() { throw new Error('bad luck'); }`));
    const { code, stderr } = await foretide(['run', './broken.ts', '--exit-at-end', '--no-page'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('bad luck');
  });
});

describe('what ends a run with 1', () => {
  test('a broken file, with its place and without a stack', async () => {
    write('broken.csv', `${recording(10)}"never closed,s0,1\n`);
    const args = small(undefined, '--exit-at-end', '--no-page', '--set', 'input.paths=[broken.csv]');
    const { code, stderr } = await foretide(args, { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/✖ .*\(at broken\.csv:12\).*\n {2}\[FILE_FORMAT\]\n$/);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('state of other settings: what can be done about it', async () => {
    await foretide(small('other.db', '--exit-at-end', '--no-page'), { cwd });
    const { code, stderr } = await foretide(
      small('other.db', '--exit-at-end', '--no-page', '--set', 'model.seed=2'),
      { cwd },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/--fresh.*\[STATE_MISMATCH\]/s);
  });

  test('a port that is taken', async () => {
    const first = start(...small());
    const [, port] = await first.says(/Live page: http:\/\/127\.0\.0\.1:(\d+)/);
    const { code, stderr } = await foretide(small(undefined, '--port', port!), { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[ADDRESS_IN_USE\]\n$/);
  });
});

describe('alerts in the terminal', () => {
  const alerts = (db: string, ...more: string[]) =>
    foretide(
      ['run', 'anomaly-alerts', '--speed', 'max', '--exit-at-end', '--no-page', ...more].concat(
        '--set',
        `store.path=${db}`,
      ),
      { cwd },
    );

  test('of the bundled recording: a line for each, with how long before the labelled failure it came, and what became of these', async () => {
    const { code, stdout } = await alerts('machine.db');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^2014-02-08 05:10 UTC {2}warning {3}machine-temperature: novelty .*; 9\.3 h before the failure of 2014-02-08 14:30 UTC$/m,
    );
    expect(stdout).toMatch(/^2014-02-08 05:25 UTC {2}resolved .*: over$/m);
    expect(stdout).toMatch(
      /│ 2013-12-16 11:30 UTC │ 0\.3 h │ .* │ 5\.9 h before the failure of 2013-12-16 17:25 UTC +│$/m,
    );
    expect(stdout).toMatch(/│ 2013-12-26 15:50 UTC │ .* │ – +│$/m);
    expect(stdout.match(/^│ 201[34]-\S+ \S+ UTC │ (none|\S+ h before it) +│ \d +│$/gm)).toEqual([
      '│ 2013-12-11 06:00 UTC │ 22.8 h before it │ 4      │',
      '│ 2013-12-16 17:25 UTC │ 5.9 h before it  │ 4      │',
      '│ 2014-01-28 13:55 UTC │ none             │ 0      │',
      '│ 2014-02-08 14:30 UTC │ 9.3 h before it  │ 2      │',
    ]);
  });

  test('of an own recording: --labels tells the failures; without it nothing is said of any', async () => {
    const odd = write('odd.csv', oddCsv(400));
    const settings = [
      `input={kind: file, paths: ["${odd}"], decode: {format: csv, seriesName: press, time: time, values: [value]}}`,
      ...ODD_SETTINGS,
    ].flatMap((each) => ['--set', each]);
    // readings 200 and 300 are odd, a minute apart from the first of January on
    const labels = write(
      'odd.json',
      '{ "odd.csv": [["2026-01-01 00:00", "2026-01-01 04:00", "2026-01-01 04:30"], "2026-01-01 05:40"] }',
    );
    const { stdout } = await alerts('odd.db', ...settings, '--labels', labels);
    expect(stdout).toMatch(/^2026-01-01 03:20 UTC .*; 0\.7 h before the failure of 2026-01-01 04:00 UTC$/m);
    expect(stdout).toMatch(/│ 2026-01-01 05:40 UTC │ 0\.7 h before it │ 1 +│/);
    const { stdout: plain } = await alerts('plain.db', ...settings);
    expect(plain).toMatch(/^2026-01-01 03:20 UTC {2}critical .*since 2026-01-01 03:20 UTC$/m);
    expect(plain).toMatch(/│ 2026-01-01 03:20 UTC │ .* │$/m);
    expect(plain).not.toContain('failure');
  });

  test('a route to standard output tells each once', async () => {
    const { stdout } = await alerts('routed.db', '--set', 'routes=[{kind: stdout, name: out}]');
    expect(stdout.match(/^2014-02-08 05:10 UTC/gm)).toHaveLength(1);
    expect(stdout).toContain('│ 2014-02-08 05:10 UTC │');
  });

  test.each([
    ['none.json', undefined, 'FILE_UNREADABLE'],
    ['bad.json', '{ "odd.csv": [["2026-01-02", "2026-01-01"]] }', 'FILE_FORMAT'],
  ])('labels in %s are refused before anything runs', async (name, text, expected) => {
    if (text !== undefined) write(name, text);
    const { code, stdout, stderr } = await alerts('refused.db', '--labels', name);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(expected);
    expect(existsSync(path('refused.db'))).toBe(false);
  });
});
