import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import type { OnMismatch } from '../../src/store/kafka-settings.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { SCHEMA_VERSION } from '../../src/store/sqlite-schema.ts';
import { dump } from '../checks/dump.ts';
import {
  changelogOf,
  copyOfSqlite,
  FIRST,
  ListedStore,
  MODES,
  stateRecords,
  stateSettings,
  takeIn,
} from '../reference/state.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-versions-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const place = (): string => join(folder, `${count++}.db`);
const LAST = stateRecords().length;
const retention = 3650 * 86_400_000;

/** Goes on in a file to the last record. */
async function goneOn(path: string, onMismatch: OnMismatch = 'refuse') {
  const store = new SqliteStore(path, { retention, onMismatch });
  try {
    const task = await takeIn(store, LAST, stateSettings());
    return { position: task.next, state: task.stateDigest() };
  } finally {
    await store.close();
  }
}

/** What becomes of the state of each version of the schema today. */
const FATES = {
  /** From before what a fingerprint is made of was kept. */
  1: 'refused',
  /** Of another arithmetic: it is carried over where that is asked for. */
  2: 'migrated',
  3: 'goes on',
  4: 'goes on',
  5: 'goes on',
} as const;
const versions = Object.entries(FATES).map(([version, fate]) => [Number(version), fate] as const);

describe('state that was written long ago, in SQLite', () => {
  test('is kept of every version of the schema', () => {
    expect(versions.map(([version]) => version)).toEqual(
      Array.from({ length: SCHEMA_VERSION }, (_, i) => i + 1),
    );
  });

  test.each(versions.filter(([, fate]) => fate === 'goes on'))(
    'version %i goes on as if the code of now had written it, to the last byte',
    async (version) => {
      const [path, whole] = [place(), place()];
      copyOfSqlite(version, path);
      const expected = await goneOn(whole);
      expect(await goneOn(path)).toEqual(expected);
      expect(dump(path)).toEqual(dump(whole));
    },
  );

  test.each(versions.filter(([, fate]) => fate !== 'goes on'))(
    'version %i keeps its outputs, and is refused where nothing else is asked for (%s)',
    async (version) => {
      const path = place();
      copyOfSqlite(version, path);
      await expect(goneOn(path)).rejects.toMatchObject({ code: 'STATE_MISMATCH' });
      const database = new DatabaseSync(path, { readOnly: true });
      const forecasts = database.prepare('SELECT count(*) AS n FROM forecast WHERE revision = 0').get();
      const schema = database.prepare("SELECT value FROM meta WHERE key = 'schema'").get();
      database.close();
      expect([forecasts, schema]).toEqual([{ n: 468 }, { value: String(SCHEMA_VERSION) }]);
    },
  );

  test.each(versions.filter(([, fate]) => fate === 'migrated'))(
    'version %i goes on with store.onMismatch: migrate',
    async (version) => {
      const path = place();
      copyOfSqlite(version, path);
      expect((await goneOn(path, 'migrate')).position).toBe(LAST);
      const database = new DatabaseSync(path, { readOnly: true });
      const readings = database.prepare('SELECT count(*) AS n FROM reading').get();
      database.close();
      expect(readings).toEqual({ n: LAST - 1 });
    },
  );

  test('version 1 is refused with store.onMismatch: migrate too, and it is said why', async () => {
    const path = place();
    copyOfSqlite(1, path);
    await expect(goneOn(path, 'migrate')).rejects.toThrow(/without a word of what it is made of/);
  });
});

describe.each(MODES)('state that was written long ago, in a changelog of %s', (mode) => {
  test.each([4, 5])('version %i goes on as if the code of now had written it', async (version) => {
    const kept = new ListedStore(changelogOf(version, mode), { mode });
    const again = await takeIn(kept, LAST, stateSettings());
    const whole = new ListedStore([], { mode });
    await takeIn(whole, FIRST, stateSettings());
    const expected = await takeIn(whole, LAST, stateSettings());
    expect([again.next, again.stateDigest()]).toEqual([LAST, expected.stateDigest()]);
    expect(again.account()).toEqual(expected.account());
  });
});
