import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { loadSettings } from '../../src/config/load.ts';
import { beginReplayFile, livePlace, replaySettings } from '../../src/run/replay-settings.ts';
import { storePlace } from '../../src/run/stores.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-replay-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const live = loadSettings(anomalyAlerts.settings, {
  defaults: {
    input: { kind: 'kafka', brokers: ['k:9092'], topic: 't', group: 'g', from: 1000 },
    output: { kind: 'influxdb', url: 'http://i:8086', org: 'o', bucket: 'b' },
    deadLetters: { kind: 'kafka', topic: 'dead' },
    store: { onMismatch: 'reset' },
    routes: [{ kind: 'stdout', name: 'told' }],
    ticks: { every: '5s' },
    snapshots: { every: '1h', path: 'live-snapshots.db' },
  },
});

test('all that comes of it goes to a file of its own, nobody is told, and a topic ends now', () => {
  const settings = replaySettings('p', live, { now: 5000 });
  expect(settings).toMatchObject({
    input: { ...live.input, from: 1000, to: 5000 },
    output: { kind: 'store' },
    deadLetters: { kind: 'store' },
    routes: [],
    ticks: { every: 'off' },
    snapshots: { every: 'off' },
  });
  expect(storePlace('p', settings)).toEqual({ kind: 'sqlite', path: '.foretide/p.replay.db' });
  const ending = { ...live, input: { ...live.input, to: 2000 } } as typeof live;
  expect(replaySettings('p', ending, { now: 5000 }).input).toMatchObject({ to: 2000 });
  expect(replaySettings('p', live, { into: 'a.db', now: 5000 }).store.path).toBe('a.db');
});

test('a pipeline without routes is given none', () => {
  const { routes: _, ...others } = live;
  expect(replaySettings('p', others, { now: 1 })).not.toHaveProperty('routes');
});

test('the file of the live run is refused, however it is named', () => {
  const path = join(folder, 'live.db');
  writeFileSync(path, '');
  symlinkSync(path, join(folder, 'link.db'));
  const own = { ...live, store: { ...live.store, path } };
  for (const into of [path, join(folder, '.', 'link.db')])
    expect(() => replaySettings('p', own, { into, now: 1 })).toThrow(/A replay may not touch/);
  expect(() => replaySettings('p', live, { into: './.foretide/p.db', now: 1 })).toThrow(
    /A replay may not touch/,
  );
});

test('the commands of a topic are where its live run has its state; of other inputs none are known', () => {
  expect(livePlace('p', live)).toMatchObject({ kind: 'kafka', topics: { commands: 'g-p-command' } });
  const ending = { ...live, input: { ...live.input, to: 2000 } } as typeof live;
  expect(livePlace('p', ending)).toMatchObject({ kind: 'kafka' });
  expect(livePlace('p', { ...live, input: { kind: 'file' } as never })).toBeUndefined();
});

describe('the file', () => {
  test('is begun anew where a replay has made it', async () => {
    const path = join(folder, 'deep', 'replay.db');
    for (let round = 0; round < 2; round++) {
      beginReplayFile(path);
      const store = new SqliteStore(path, { retention: 1e12 });
      expect(store.database.prepare('SELECT count(*) AS n FROM reading').get()).toEqual({ n: 0 });
      store.database.exec("INSERT INTO reading VALUES (0, 's', 1, 2)");
      await store.close();
    }
  });

  // Seen to fail when whatever is there is removed.
  test.each(['a live run', 'something else'])('of %s is left as it is', async (what) => {
    const path = join(folder, `${what}.db`);
    if (what === 'a live run') await new SqliteStore(path, { retention: 1e12 }).close();
    else writeFileSync(path, 'diary');
    expect(() => beginReplayFile(path)).toThrow(/not of a replay/);
    expect(existsSync(path)).toBe(true);
  });

  test('that cannot be made is told', () => {
    writeFileSync(join(folder, 'plain'), '');
    expect(() => beginReplayFile(join(folder, 'plain', 'a.db'))).toThrow(
      expect.objectContaining({ code: 'STORE_FAILED' }),
    );
  });
});
