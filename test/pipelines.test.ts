import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BUILT_IN, findPipeline } from '../src/cli/pipelines.ts';
import { loadSettings } from '../src/config/load.ts';
import type { RunSettings } from '../src/config/run-settings.ts';
import { silentLog } from '../src/log.ts';
import { Memory } from '../src/memory/memory.ts';
import type { Pipeline } from '../src/pipeline.ts';
import { prepare } from '../src/run/prepare.ts';
import { run } from '../src/run/run.ts';
import { filePath } from '../src/source/file-path.ts';
import { dump } from './checks/dump.ts';

const FOLDER = new URL('../pipelines/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'foretide-pipelines-'));
afterAll(() => rmSync(folder, { recursive: true }));

function settingsOf(pipeline: Pipeline, set: readonly string[]): RunSettings {
  return loadSettings(pipeline.settings, {
    defaults: pipeline.defaults,
    set: ['page.enabled=false', ...set],
  });
}

/** The files of the settings, cut to their first lines. */
function cut(paths: readonly string[], lines: number): string[] {
  return paths.map((path) => {
    const short = join(folder, `${lines}-${basename(filePath(path))}`);
    writeFileSync(short, readFileSync(filePath(path), 'utf8').split('\n').slice(0, lines).join('\n'));
    return short;
  });
}

async function toTheEnd(pipeline: Pipeline, settings: RunSettings) {
  const running = await run({ pipeline, settings });
  const status = await running.finished;
  await running.stop();
  return status;
}

test('with the defaults a series of one channel takes about 16 KB, with full 42', async () => {
  for (const [set, most] of [
    [[], 16_384],
    [['forecast.profile=full'], 43_008],
  ] as const) {
    const pipeline = await findPipeline('live-forecast');
    const settings = settingsOf(pipeline, set);
    const { decoder, model } = await prepare(settings, silentLog);
    const memory = new Memory();
    pipeline.topology(settings, { memory, decoder, model });
    expect(memory.bytesPerSeries).toBeLessThanOrEqual(most);
  }
});

test('the pipelines that can be named are the files of their folder', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
  expect(files.toSorted()).toEqual(BUILT_IN.map((name) => `${name}.ts`).toSorted());
});

describe.each(BUILT_IN)('%s', (name) => {
  test('is read in less than 60 lines', () => {
    expect(readFileSync(new URL(`${name}.ts`, FOLDER), 'utf8').split('\n').length).toBeLessThan(60);
  });

  test('runs a piece of its recording to the end, everything in its place', async () => {
    const pipeline = await findPipeline(name);
    const { input } = settingsOf(pipeline, []);
    if (input.kind !== 'file') throw new Error('A built-in pipeline plays a recording');
    const rows = 250;
    const paths = cut(input.paths, rows + 1);
    const db = join(folder, `${name}.db`);
    const settings = settingsOf(pipeline, [
      `input.paths=${JSON.stringify(paths)}`,
      'input.pace=max',
      `store.path=${db}`,
    ]);
    const status = await toTheEnd(pipeline, settings);
    const channels = name === 'live-forecast' ? 5 : 1;
    expect(status).toMatchObject({
      state: 'done',
      partitions: paths.length,
      series: paths.length * channels,
    });
    expect(status.summary.length).toBe(12);
    for (const { againstLast, coverage } of status.summary) {
      expect(againstLast).toBeGreaterThan(0);
      expect(coverage).toBeGreaterThan(0.5);
    }
    const tables = dump(db);
    const values = rows * paths.length * channels; // less the cells in which nothing was observed
    const aside = Object.values(status.deadLetters).reduce((sum, n) => sum + n, 0);
    expect(tables.dead_letter.rows).toBe(aside);
    expect(tables.reading.rows + aside).toBeLessThanOrEqual(values);
    expect(tables.reading.rows).toBeGreaterThan(0.98 * values);
    expect(tables.forecast.rows).toBeGreaterThan(0.9 * tables.reading.rows);
    expect(tables.position.rows).toBe(paths.length);
  });
});

// A claim of the README: this is where it is held against the data.
test(
  'live-forecast beats the last value on the whole weather recording, 1, 6 and 12 steps ahead',
  { timeout: 120_000 },
  async () => {
    const pipeline = await findPipeline('live-forecast');
    const settings = settingsOf(pipeline, [
      'input.pace=max',
      `store.path=${join(folder, 'whole.db')}`,
      'output.kind=none',
    ]);
    const { readings, series, summary, events } = await toTheEnd(pipeline, settings);
    expect([readings, series]).toEqual([127_839, 15]);
    const { 'drift-up': up = 0, 'coverage-low': low = 0, 'coverage-high': high = 0 } = events;
    expect(up).toBeGreaterThan(20);
    expect(up).toBeLessThan(80);
    expect(low + high).toBeLessThan(5);
    const at = (h: number) => summary.find((line) => Number(line.h) === h)!;
    expect(at(1).againstLast).toBeLessThan(0.9);
    expect(at(6).againstLast).toBeLessThan(0.8);
    expect(at(12).againstLast).toBeLessThan(0.8);
    for (const h of [1, 6, 12]) {
      expect(at(h).liveCoverage).toBeCloseTo(0.9, 1);
      expect(at(h).againstSeason).toBeLessThan(1);
      expect(at(h).coverage).toBeGreaterThan(0.87);
      expect(at(h).coverage).toBeLessThan(0.92);
    }
  },
);
