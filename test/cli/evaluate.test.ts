import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { EvaluationDocument } from '../../src/evaluate/document.ts';
import { saveModel } from '../../src/model/load.ts';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { begin, foretide } from './foretide.ts';
import { ownPipeline, workplace } from './workplace.ts';

const { cwd, path, write } = workplace();
const evaluate = (...args: string[]) => foretide(['evaluate', ...args], { cwd });

/** A table of an hour a row, with a column of words and one of numbers. */
function table(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const time = new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    return `${time},room,${(20 + 5 * Math.sin(i / 4)).toFixed(3)}\n`;
  });
  return `date,place,temp\n${lines.join('')}`;
}

const data = write('room.csv', table(400));

describe('foretide evaluate', () => {
  test('of a CSV, with nothing but its name: tables, and nothing is written', async () => {
    const { code, stdout, stderr } = await evaluate('--data', data);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('400 of 1 series, 2026-01-01T00:00:00.000Z to 2026-01-17T15:00:00.000Z');
    expect(stdout).toMatch(/│ +12 │ +[\d.]+ │/);
    expect(existsSync(path('.foretide'))).toBe(false);
  });

  test('--json prints one document and nothing else', async () => {
    const { code, stdout, stderr } = await evaluate(
      '--data',
      data,
      '--json',
      '--horizons',
      '1,3',
      '--score',
      '100..',
      '--season',
      '25',
    );
    expect([code, stderr]).toEqual([0, '']);
    const document = JSON.parse(stdout) as EvaluationDocument;
    expect(document).toMatchObject({
      schema: 1,
      pipeline: 'live-forecast',
      data: { from: [data], series: 1, readings: 400 },
      protocol: { horizons: [1, 3], score: '100..', season: 25 },
    });
    expect(document.scores.bySeries[0]!.series).toBe('room.temp');
    expect(document.scores.byHorizon.map(({ count }) => count)).toEqual([300, 300]);
  });

  test('--report writes the page; --json still prints the document alone', async () => {
    const { code, stdout } = await evaluate('--data', data, '--report', 'out.html', '--json');
    expect(code).toBe(0);
    expect(() => JSON.parse(stdout) as unknown).not.toThrow();
    expect(readFileSync(path('out.html'), 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    const told = await evaluate('--data', data, '--report', 'out.html');
    expect(told.stdout).toContain('Report: out.html');
    const bad = await evaluate('--data', data, '--report', 'no/folder/out.html');
    expect(bad).toMatchObject({ code: 1, stdout: '' });
    expect(bad.stderr).toMatch(/Cannot write the file.*no\/folder\/out\.html/);
    const before = readFileSync(data, 'utf8');
    const over = await evaluate('--data', data, '--report', data);
    expect(over).toMatchObject({ code: 1, stdout: '' });
    expect(over.stderr).toMatch(/serves for something else/);
    expect(readFileSync(data, 'utf8')).toBe(before);
  });

  test('--model takes a trained model, and with it its horizon', async () => {
    const model = createModel(ModelSettings.parse({ cell: 'gru', hidden: 3, horizon: 5 }), 1);
    writeFileSync(path('m.safetensors'), saveModel(model));
    const flags = ['--model', 'm.safetensors', '--set', 'forecast.learn=none', '--json'];
    const { code, stdout } = await evaluate('--data', data, ...flags);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      model: { cell: 'gru', hidden: 3, fingerprint: model.fingerprint },
      protocol: { horizons: [1, 2, 3, 4, 5] },
    });
    const far = await evaluate('--data', data, ...flags, '--horizons', '1,6');
    expect(far.code).toBe(1);
    expect(far.stderr).toContain('expected steps among 1 to 5, got 6 (at --horizons)');
  });

  test("--config alone evaluates the settings' own input; missing values are counted then", async () => {
    const holes = write('holes.csv', table(100).replace(/[\d.]+\n$/, '\n'));
    const input = `input: {kind: file, paths: ["${holes}"], decode: {format: csv, series: place, time: date, values: [temp]}}\n`;
    const config = write('c.yaml', `${input}model: {hidden: 3}\n`);
    const { code, stdout } = await evaluate('--config', config, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      model: { hidden: 3 },
      data: { readings: 99, missingValues: 1 },
    });
    const strict = await evaluate('--config', config, '--missing', 'error');
    expect(strict.code).toBe(1);
    expect(strict.stderr).toContain(`(at ${holes}:101)`);
  });

  test('--nulls names codes that stand for a missing value, one that begins with a minus, too', async () => {
    const coded = write('coded.csv', table(100).replace(/[\d.]+\n$/, '-200.0\n'));
    const read = ['--data', coded, '--columns', 'temp', '--json'];
    const { stdout } = await evaluate(...read, '--nulls', '-200,n/a', '--missing', 'skip');
    expect(JSON.parse(stdout)).toMatchObject({ data: { readings: 99, missingValues: 1 } });
    const strict = await evaluate(...read, '--nulls', '-200,n/a');
    expect(strict.stderr).toContain('column temp is missing: expected a number, got "-200.0"');
    const plain = await evaluate(...read);
    expect(JSON.parse(plain.stdout)).toMatchObject({ data: { readings: 100, missingValues: 0 } });
  });

  test('the SQLite file of a run scores as the recording that it was made from', async () => {
    const input = `input={kind: file, paths: ["${data}"], pace: max, decode: {format: csv, series: place, time: date, values: [temp]}}`;
    const store = ['--set', 'store.path=run.db', '--exit-at-end', '--no-page', '--log-level', 'silent'];
    const played = await foretide(['run', 'live-forecast', '--set', input, ...store], { cwd });
    expect(played.code).toBe(0);
    const [one, other] = await Promise.all(
      [data, 'run.db'].map(async (file) => {
        const { stdout } = await evaluate('--data', file, '--json');
        return (JSON.parse(stdout) as EvaluationDocument).scores.byHorizon;
      }),
    );
    expect(one![0]!.count).toBe(399);
    expect(other).toEqual(one);
  });

  test.each([
    [
      'a missing value',
      () => ['--data', write('x.csv', `${table(9)}2026-01-01 09:00:00,room,\n`)],
      /column temp is missing: expected a number, got "" \(at .*x\.csv:11\)/,
    ],
    ['a file that is not there', () => ['--data', 'none.csv'], /none\.csv.*\[FILE_UNREADABLE\]/s],
    ['a pipeline that is none', () => ['--data', data, '--pipeline', 'replya'], /Did you mean replay/],
    [
      'flags that do not fit',
      () => ['--data', data, '--score', '9..1', '--season', 'x'],
      /score: expected rows[^]*\[SETTINGS_INVALID\]/,
    ],
    [
      'settings that do not fit',
      () => ['--data', data, '--set', 'model.cell=x'],
      /model\.cell: expected one of/,
    ],
  ])('%s: code 1, what was expected and got, and where', async (_, args, message) => {
    const { code, stdout, stderr } = await evaluate(...args());
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('Ctrl-C ends it with what has been scored until then', async () => {
    const long = write('long.csv', table(150_000));
    // says when it is under way
    const topology =
      "topology: (...args) => { const all = live.topology(...args); process.stderr.write('.'); return all; }";
    const pipeline = write('saying.ts', ownPipeline('saying', topology));
    const { child, ended } = begin(['evaluate', '--pipeline', pipeline, '--data', long, '--json'], { cwd });
    await once(child.stderr!, 'data');
    setTimeout(() => child.kill('SIGINT'), 300);
    const { code, stdout } = await ended;
    expect(code).toBe(130); // seen to fail with 0: a script would take it for the whole
    const { data: counts } = JSON.parse(stdout) as EvaluationDocument;
    expect(counts.complete).toBe(false);
    expect(counts.readings).toBeGreaterThan(0);
    expect(counts.readings).toBeLessThan(150_000);
  }, 40_000);
});

describe('foretide evaluate --anomalies', () => {
  const rows = Array.from({ length: 1200 }, (_, i) => {
    const time = new Date(Date.UTC(2026, 0, 1) + i * 300_000).toISOString();
    return `${time},${(20 + Math.sin(i / 30) + ((i * 7919) % 13) / 20 + (i === 1000 ? 40 : 0)).toFixed(3)}\n`;
  });
  const spiked = write('spiked.csv', `time,temp\n${rows.join('')}`);
  const labels = write(
    'labels.json',
    '{"spiked.csv": [["2026-01-04 11:00:00", "2026-01-04 12:00:00"], ["2026-01-02 11:00", "2026-01-02 12:00"]]}',
  );

  test('of a CSV and its labels: which windows were found, and what keeps a budget', async () => {
    const { code, stdout, stderr } = await evaluate(
      '--anomalies',
      '--data',
      spiked,
      '--labels',
      labels,
      '--budget',
      '300',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\d alerts of 1 series in 4 days/);
    expect(stdout).toContain('1 of 2 labelled windows found; ');
    expect(stdout).toMatch(/2026-01-04 11:00 .* 2026-01-04 11:20 +│ 0.7 h/);
    expect(stdout).toMatch(/At most 300 alerts a week and 100 series: --set alerts.raise=0\.\d+/);
  });

  test('--json prints one document', async () => {
    const { code, stdout } = await evaluate('--anomalies', '--data', spiked, '--labels', labels, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 1,
      pipeline: 'anomaly-alerts',
      all: { windows: 2, found: 1, recall: 0.5, timeToDetection: 1_200_000 },
      windows: [{ alertAt: '2026-01-04T11:20:00.000Z', after: 1200, beforeEnd: 2400 }, { alertAt: null }],
      budget: null,
    });
  });

  test.each([
    [['--labels', 'none.json'], 'FILE_UNREADABLE'],
    [['--pipeline', 'live-forecast'], 'SETTINGS_INVALID'],
  ])('%j is said to be wrong', async (flags, expected) => {
    const { code, stderr } = await evaluate('--anomalies', '--data', spiked, ...flags);
    expect(code).not.toBe(0);
    expect(stderr).toContain(expected);
  });
});
