import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { HISTORIES, writeHistory } from '../bench/history-files.ts';
import { readInChild } from '../bench/sources-in-child.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

const READINGS = 200_000;

// Seen to fail when a reader keeps the records that it has read, and when all rows of a Parquet file are made into records at once.
test.each(HISTORIES)(
  '%s of 200,000 readings is read with a small heap',
  { timeout: 120_000 },
  async (kind) => {
    const { input } = await writeHistory(folder, kind, READINGS);
    // of Parquet 131,072 rows are unpacked at a time, of SQLite 32,768 readings are asked for
    const heap = kind === 'parquet' ? 80 : kind === 'sqlite' ? 64 : 48;
    const { count } = await readInChild({ input, store: undefined }, [`--max-old-space-size=${heap}`]);
    expect(count).toBe(READINGS);
  },
);

test('and goes through the pipeline with one of 96 MB', { timeout: 120_000 }, async () => {
  const { input } = await writeHistory(folder, 'csv.gz', READINGS);
  const { count } = await readInChild({ input, store: join(folder, 'state.db') }, [
    '--max-old-space-size=96',
  ]);
  expect(count).toBe(READINGS);
});
