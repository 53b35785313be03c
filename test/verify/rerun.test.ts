import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { silentLog } from '../../src/log.ts';
import { rangeReport } from '../../src/run/range-report.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { rerun, type RerunRange } from '../../src/verify/rerun.ts';
import { StoredSqlite } from '../../src/verify/stored-sqlite.ts';
import { LENGTH, record, recordFiles, settingsOf } from './recorded.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-rerun-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const paths = recordFiles(folder);

/** What of partition 1 such a range gives. */
async function digestOf(range: RerunRange) {
  const told: unknown[] = [];
  const isWhole = await rerun({
    pipeline: anomalyAlerts,
    settings: settingsOf(paths, 'not-made.db'),
    ranges: new Map([[1, range]]),
    observer: { take: () => false, takeDead: () => false, ended: (task) => told.push(rangeReport(task)) },
    log: silentLog,
  });
  expect(isWhole).toBe(true);
  return told;
}

test('a range that begins with the state of then ends as the whole does', async () => {
  const [half, whole] = ['half.db', 'whole.db'].map((name) => join(folder, name));
  await record(settingsOf(paths, half!), 280);
  await record(settingsOf(paths, whole!));
  const stored = new StoredSqlite(whole!, { outputs: true, letters: true }, false);
  const { fingerprint, commands } = stored.partitions[1]!;
  stored.close();
  const all = await digestOf({ from: 0, to: LENGTH, commands, fingerprint });
  expect(all).toMatchObject([{ partition: 1, from: 0, to: LENGTH }]);

  const snapshot = new SqliteStore(half!, { retention: 1e15 });
  const state: { rows: [number, string, Uint8Array][]; slots: Uint8Array } = {
    rows: [],
    slots: new Uint8Array(),
  };
  await snapshot.open(1, fingerprint, {
    row: (birth, series, bytes) => void state.rows.push([birth, series, bytes.slice()]),
    partition: (bytes) => (state.slots = bytes.slice()),
    archived: () => undefined,
    forget: () => undefined,
    clear: () => undefined,
  });
  await snapshot.close();
  const later = commands.filter(({ before }) => before > 280);
  expect(later).toHaveLength(1);
  const restore: NonNullable<RerunRange['restore']> = (into) => {
    for (const row of state.rows) into.row(...row);
    into.partition(state.slots);
  };
  expect(await digestOf({ from: 280, to: LENGTH, commands: later, fingerprint, restore })).toEqual(all);
});

test('an observer that knows enough ends it', async () => {
  const settings = settingsOf(paths, join(folder, 'enough.db'));
  await record(settings);
  const stored = new StoredSqlite(settings.store.path!, { outputs: true, letters: true }, false);
  const { fingerprint, commands } = stored.partitions[1]!;
  stored.close();
  let taken = 0;
  const isWhole = await rerun({
    pipeline: anomalyAlerts,
    settings,
    ranges: new Map([[1, { from: 0, to: LENGTH, commands, fingerprint }]]),
    observer: {
      take: (_, blocks) => blocks.length > 0 && ++taken === 3,
      takeDead: () => false,
      ended: () => expect.fail('it has not come to its end'),
    },
    log: silentLog,
  });
  expect([isWhole, taken]).toEqual([false, 3]);
});
