import { chmodSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Snapshots } from '../../src/store/snapshots.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test.skipIf(process.platform === 'win32')(
  'folders that state makes are for its user; those that are there stay as they are',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'foretide-folder-'));
    chmodSync(folder, 0o755);
    const store = new SqliteStore(join(folder, 'new', 'state.db'), { retention: 1 });
    await store.close();
    new Snapshots(join(folder, 'snapshots', 's.db')).close();
    expect(['', 'new', 'snapshots'].map((name) => modeOf(join(folder, name)))).toEqual([0o755, 0o700, 0o700]);
  },
);
