import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { inspect } from '../../src/past/inspect.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { run } from '../../src/run/run.ts';
import { recordFiles, settingsOf } from '../verify/recorded.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pipeline = anomalyAlerts as unknown as Pipeline;
const [file] = recordFiles(folder) as [string];
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

async function ran(name: string, ...set: string[]): Promise<ReturnType<typeof settingsOf>> {
  const settings = settingsOf([file], join(folder, name), 'commit.readings=40', ...set);
  const running = await run({ pipeline, settings });
  await running.finished;
  await running.stop();
  return settings;
}

describe('a series as it was', () => {
  let plain: ReturnType<typeof settingsOf>;
  let kept: ReturnType<typeof settingsOf>;
  beforeAll(async () => {
    plain = await ran('plain.db');
    kept = await ran('kept.db', 'snapshots.every=50h');
  });
  const at = (hours: number): number => START + hours * HOUR;
  const seen = (settings: typeof plain, time?: number) =>
    inspect({ pipeline, settings, series: 'series-1', at: time });

  // Seen to fail when the way begins at another snapshot's position, and when it goes on to the end.
  test('is the same from a snapshot and from the beginning, at any time', async () => {
    for (const hours of [30, 200, 256, 300, 400]) {
      const fromBeginning = await seen(plain, at(hours));
      const fromSnapshot = await seen(kept, at(hours));
      expect(fromBeginning.from).toBeNull();
      expect(fromSnapshot).toMatchObject({ position: fromBeginning.position, state: fromBeginning.state });
      expect(fromSnapshot.alert).toEqual(fromBeginning.alert);
      expect(fromSnapshot.from).toBe(hours > 255 ? 512 : null);
    }
    const [early, late] = [await seen(plain, at(60)), await seen(plain, at(101))];
    expect(early.state['cell']).not.toEqual(late.state['cell']);
    expect(early.position).toBeLessThan(late.position);
  });

  test('without a time it is what the run has committed', async () => {
    const now = await seen(plain);
    expect((await seen(kept)).state).toEqual(now.state);
    const database = new DatabaseSync(plain.store.path!, { readOnly: true });
    expect(now.position).toBe(database.prepare('SELECT next FROM position').get()!['next']);
    database.close();
    expect(now.state['cell']).toHaveLength(4);
    const forecast = now.outputs.filter(({ measurement }) => measurement === 'forecast');
    expect(forecast.length).toBeGreaterThan(0);
    expect(forecast[0]!.fields).toMatchObject({ yhat: expect.any(Number), lo: expect.any(Number) });
  });

  test('one that had not come is told', async () => {
    await expect(inspect({ pipeline, settings: plain, series: 'nobody' })).rejects.toMatchObject({
      code: 'SERIES_UNKNOWN',
    });
    await expect(seen(plain, START - HOUR)).rejects.toMatchObject({ code: 'SERIES_UNKNOWN' });
  });
});
