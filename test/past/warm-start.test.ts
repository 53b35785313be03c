import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import type { RunSettings } from '../../src/config/run-settings.ts';
import { silentLog } from '../../src/log.ts';
import { warmStart } from '../../src/past/warm-start.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { beginningAs, replaySettings } from '../../src/run/replay-settings.ts';
import { run, type RunOptions, type Running } from '../../src/run/run.ts';
import { recordFiles, settingsOf } from '../verify/recorded.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-warm-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pipeline = anomalyAlerts as unknown as Pipeline;
const files = recordFiles(folder);
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

async function played(settings: RunSettings): Promise<void> {
  const running = await run({ pipeline, settings });
  await running.finished;
  await running.stop();
}

const rowsOf = (settings: RunSettings, sql: string): unknown[] => {
  const database = new DatabaseSync(settings.store.path!, { readOnly: true });
  const rows = database.prepare(sql).all();
  database.close();
  return rows;
};

describe('history that goes on from snapshots', () => {
  const live: RunSettings = settingsOf(
    files,
    join(folder, 'live.db'),
    'snapshots.every=24h',
    'commit.readings=40',
  );
  beforeAll(() => played(live));

  // Seen to fail when the state of another position is put in place.
  test('gives what the live run gave, and ends in its state', async () => {
    const warm: RunSettings = settingsOf(files, join(folder, 'warm.db'));
    const from = START + 400 * HOUR;
    const begun = await warmStart({ pipeline, live, settings: warm, from, log: silentLog });
    expect([...begun.keys()]).toEqual([0, 1]);
    for (const { next, watermark } of begun.values()) {
      expect(next).toBe(512);
      expect(watermark).toBeLessThan(from);
    }
    expect(rowsOf(warm, 'SELECT next FROM position')).toEqual([{ next: 512 }, { next: 512 }]);
    await played(warm);
    const forecasts = `SELECT * FROM forecast WHERE time > ${from + 3 * HOUR} ORDER BY partition, series, model, h, time`;
    const told = rowsOf(warm, forecasts);
    expect(told.length).toBeGreaterThan(9);
    expect(told).toEqual(rowsOf(live, forecasts));
    const state = 'SELECT partition, series, birth, hex(bytes) FROM state ORDER BY partition, birth';
    expect(rowsOf(warm, state)).toEqual(rowsOf(live, state));
  });

  test('an end of its own makes no other state of it; other settings do', async () => {
    const ended: RunSettings = settingsOf(files, join(folder, 'ended.db'), `input.to=${START + 500 * HOUR}`);
    const from = START + 400 * HOUR;
    expect((await warmStart({ pipeline, live, settings: ended, from, log: silentLog })).size).toBe(2);
    await played(ended);
    expect(rowsOf(ended, 'SELECT min(time) AS t FROM reading')).not.toEqual([{ t: START }]);
    const other: RunSettings = settingsOf(files, live.store.path!, 'forecast.level=0.8');
    const none: RunSettings = settingsOf(files, join(folder, 'none.db'), 'forecast.level=0.8');
    expect((await warmStart({ pipeline, live: other, settings: none, from, log: silentLog })).size).toBe(0);
    expect(rowsOf(none, 'SELECT * FROM position')).toEqual([]);
    const early = await warmStart({ pipeline, live, settings: none, from: START, log: silentLog });
    expect(early.size).toBe(0);
  });

  // Seen to fail when it is the share of the whole file.
  test.each(['file', 'sqlite'])('progress is told from where it begins: %s', async (kind) => {
    const source = settingsOf(files, join(folder, 'source.db'));
    if (kind === 'sqlite') await played(source);
    const input = { kind: 'sqlite', path: source.store.path };
    const set = kind === 'sqlite' ? [`input=${JSON.stringify(input)}`] : [];
    const of = (name: string, ...more: string[]): RunSettings =>
      settingsOf(files, join(folder, `${kind}-${name}.db`), ...set, 'commit.readings=40', ...more);
    const own = of('own', 'snapshots.every=24h');
    await played(own);
    const shares = async (settings: RunSettings, begun?: RunOptions['begun']): Promise<readonly number[]> => {
      const told: number[] = [];
      const running: Running = await run({
        pipeline,
        settings,
        begun,
        pace: { kind: 'times', factor: 1e12 },
        onCommit: () => told.push(running.status().progress ?? 0),
      });
      told.push((await running.finished).progress!);
      await running.stop();
      return told;
    };
    const [warm, whole] = [of('warm', 'commit.readings=5'), of('whole', 'commit.readings=5')];
    const from = START + 400 * HOUR;
    const begun = await warmStart({ pipeline, live: own, settings: warm, from, log: silentLog });
    await warmStart({ pipeline, live: own, settings: whole, from, log: silentLog });
    expect(begun.size).toBe(2);
    const told = await shares(warm, begun);
    expect(told.find((share) => share > 0)).toBeLessThan(0.3);
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect((await shares(whole)).find((share) => share > 0)).toBeGreaterThan(0.3);
  });

  test('a range within an input that begins somewhere itself is counted from there', async () => {
    const source = settingsOf(files, join(folder, 'from-source.db'));
    await played(source);
    const input = { kind: 'sqlite', path: source.store.path, from: START + 100 * HOUR };
    const own: RunSettings = settingsOf(
      files,
      join(folder, 'from-own.db'),
      `input=${JSON.stringify(input)}`,
      'snapshots.every=24h',
      'commit.readings=40',
    );
    await played(own);
    const from = START + 400 * HOUR;
    const ranged = { ...own, input: { ...own.input, from } as RunSettings['input'] };
    const cold = replaySettings(pipeline.name, ranged, { into: join(folder, 'from-warm.db'), now: 0 });
    const warm = beginningAs(cold, own);
    expect((await warmStart({ pipeline, live: own, settings: warm, from, log: silentLog })).size).toBe(2);
    await played(warm);
    const state = 'SELECT partition, series, birth, hex(bytes) FROM state ORDER BY partition, birth';
    expect(rowsOf(warm, state)).toEqual(rowsOf(own, state));
    const place = 'SELECT partition, next, hex(slots) FROM position ORDER BY partition';
    expect(rowsOf(warm, place)).toEqual(rowsOf(own, place));
  });
});
