import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ComparisonDocument } from '../../src/evaluate/compare/document.ts';
import { saveModel } from '../../src/model/load.ts';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { begin, foretide } from './foretide.ts';
import { recording, workplace } from './workplace.ts';

const { cwd, path, write } = workplace();
const data = write('data.csv', recording(600));
const settings = [
  `input={kind: file, pace: max, paths: ["${data}"], decode: {format: csv, series: sensor, time: time, values: [value]}}`,
  'model.hidden=2',
  'model.horizon=3',
].flatMap((each) => ['--set', each]);
const compare = (...args: string[]) => foretide(['replay', 'live-forecast', ...settings, ...args], { cwd });

describe('to the end', () => {
  test('the bundled recording, a crippled side: told worse, and a page beside it', async () => {
    const set = ['B:model.hidden=1', 'B:forecast.learn=none'].flatMap((each) => ['--set', each]);
    const { code, stdout, stderr } = await foretide(['replay', 'replay', '--compare', ...set], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('B: as A, model.hidden=1, forecast.learn=none (lstm1): ');
    expect(stdout).toMatch(/│ +12 │ A │/);
    expect(stdout).toMatch(
      /The errors of B are [\d.]+ % larger than those of A .* of 42 stretches of 8 days\.\n/,
    );
    expect(stdout).toMatch(/Report: \.foretide\/replay\.compare\.html\n$/);
    expect(readFileSync(path('.foretide/replay.compare.html'), 'utf8')).toMatch(
      /^<!doctype html>[^]*<\/html>\n$/,
    );
    expect(existsSync(path('.foretide/replay.replay.db'))).toBe(false);
  });

  test('--json prints one document, of a YAML file and a model beside A', async () => {
    write('other.yaml', 'forecast: { profile: full }\n');
    const model = createModel(ModelSettings.parse({ cell: 'gru', hidden: 3, horizon: 3 }), 1);
    writeFileSync(path('m.safetensors'), saveModel(model));
    const flags = ['--compare', 'other.yaml', '--compare', 'm.safetensors', '--report', 'out.html', '--json'];
    const { code, stdout, stderr } = await compare(...flags);
    expect([code, stderr]).toEqual([0, '']);
    const document = JSON.parse(stdout) as ComparisonDocument;
    expect(document).toMatchObject({
      schema: 1,
      pipeline: 'live-forecast',
      data: { from: [data], series: 2, records: 600, complete: true },
      sides: [
        { name: 'A', from: 'live-forecast', model: { cell: 'lstm', hidden: 2 }, differences: [] },
        {
          name: 'B',
          from: 'other.yaml',
          differences: [{ path: 'forecast.profile', a: null, other: 'full' }],
        },
        {
          name: 'C',
          from: 'm.safetensors',
          model: { cell: 'gru', hidden: 3, fingerprint: model.fingerprint },
        },
      ],
      alerts: null,
    });
    expect(document.byHorizon.map(({ horizon }) => horizon)).toEqual([1, 2, 3]);
    expect(existsSync(path('out.html'))).toBe(true);
  });

  test('a range of an earlier run, [from, to), with the commands that it was given', async () => {
    const stored = ['--set', 'store.path=source.db', '--exit-at-end', '--no-page'];
    expect((await foretide(['run', 'live-forecast', ...settings, ...stored], { cwd })).code).toBe(0);
    const [from, to] = ['2026-01-02', '2026-01-08T12:00:00Z'];
    const { code, stdout, stderr } = await foretide(
      [
        'replay',
        'live-forecast',
        '--set',
        'input={kind: sqlite, path: source.db}',
        '--set',
        'model.hidden=2',
        '--from',
        from,
        '--to',
        to,
        '--compare',
        '--set',
        'B:model.hidden=3',
        '--json',
        '--report',
        'range.html',
        '--commands-of',
        'source.db',
      ],
      { cwd },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect((JSON.parse(stdout) as ComparisonDocument).data).toMatchObject({
      from: ['sqlite'],
      firstTime: '2026-01-02T00:00:00.000Z',
      lastTime: '2026-01-08T11:00:00.000Z',
    });
  });
});

test('Ctrl-C ends it with what has come until then', async () => {
  const long = write('long.csv', recording(400_000));
  const input = settings.map((each) => each.replace(data, long));
  const { child, ended } = begin(['replay', 'live-forecast', ...input, '--compare', '--json'], { cwd });
  setTimeout(() => child.kill('SIGINT'), 3000);
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  expect((JSON.parse(stdout) as ComparisonDocument).data.complete).toBe(false);
});

test.each([
  [['--compare', '--speed', '60x'], /A comparison goes as fast as it can: expected no --speed, got 60x/],
  [['--compare', '--into', 'x.db'], /A comparison keeps no state.*--into/],
  [
    ['--compare', '--set', 'B:input.decode.values=[x]'],
    /read the same records.*input\.decode\.values \(at B/,
  ],
  [['--compare', '--set', 'C:model.hidden=3'], /No such side to set something for: expected A, B, got C/],
  [['--set', 'B:model.hidden=3'], /B:model/],
  [['--compare', 'absent.yaml'], /Cannot read the settings file/],
  [['--compare', '--report', data], /serves for something else/],
  [['--compare', 'other.yaml', '--report', 'other.yaml'], /serves for something else/],
])('refuses %j', async (flags, message) => {
  write('other.yaml', 'forecast: { profile: full }\n');
  const { code, stdout, stderr } = await compare(...flags);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(message);
});
