import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { run } from '../../src/run/run.ts';
import { type LateReading, orderedStream, shuffledWithin } from '../checks/late.ts';
import { recordings } from '../source/recording.ts';

const write = recordings();
const folder = mkdtempSync(join(tmpdir(), 'foretide-late-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pipeline = liveForecast as unknown as Pipeline;
const GRACE = 20 * 60_000;

/** Runs live-forecast over a file of these readings, to its end; gives its tables. */
async function tablesOf(name: string, readings: readonly LateReading[], set: readonly string[] = []) {
  const path = join(folder, `${name}.db`);
  const settings = loadSettings(pipeline.settings, {
    defaults: {
      input: {
        kind: 'file',
        paths: [write(readings.map((one) => `${JSON.stringify(one)}\n`).join(''), `${name}.jsonl`)],
        decode: { format: 'json', series: 's', time: 't', values: ['v'] },
      },
      model: { hidden: 3, horizon: 6 },
      align: { every: '1m', grace: '20m' },
      forecast: { store: [1, 6] },
      page: { enabled: false },
      store: { path },
    },
    set,
  });
  const running = await run({ pipeline, settings });
  const status = await running.finished;
  await running.stop();
  const database = new DatabaseSync(path, { readOnly: true });
  const all = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row).map(String).join(' '));
  const tables = {
    state: all('SELECT series, hex(bytes) FROM state ORDER BY series'),
    reading: all('SELECT * FROM reading ORDER BY series, time'),
    forecast: all('SELECT series, model, h, time, yhat, lo, hi FROM forecast ORDER BY series, h, time'),
    anomaly: all('SELECT series, time, value, expected, lo, hi, score FROM anomaly ORDER BY series, time'),
    event: all(
      'SELECT series, time, model, kind, h, value, expected, width FROM event ORDER BY series, time, kind, h',
    ),
    dead: all('SELECT series, reason FROM dead_letter'),
  };
  const [revised] = database
    .prepare('SELECT count(*) AS n, max(revision) AS last FROM forecast WHERE revision > 0')
    .all();
  database.close();
  return { tables, revised, readings: status.readings };
}

// Seen to fail without `withdrawnPoints`, and where what is told and what withdraws it come to a commit out of order.
test('a shuffled file leaves the tables of the sorted one, but for the revisions', async () => {
  const stream = orderedStream(11, 7200, { outliers: 0.004 });
  const shuffled = shuffledWithin(stream, GRACE, 5);
  expect(shuffled).not.toEqual(stream);
  const sorted = await tablesOf('sorted', stream);
  expect([sorted.readings, sorted.revised]).toEqual([7200, { n: 0, last: null }]);
  expect(sorted.tables.anomaly.length).toBeGreaterThan(10);
  expect(new Set(sorted.tables.event.map((row) => row.split(' ')[3])).size).toBeGreaterThan(2);
  const often = await tablesOf('often', shuffled, ['commit.readings=97']);
  expect(often.readings).toBe(7200);
  expect(Number(often.revised!['n'])).toBeGreaterThan(5000);
  expect(Number(often.revised!['last'])).toBeGreaterThan(7000);
  expect(Number(often.revised!['last'])).toBeLessThanOrEqual(7200);
  expect(often.tables).toEqual(sorted.tables);
  const once = await tablesOf('once', shuffled, ['commit.readings=100000', 'commit.every=1h']);
  expect(once.tables).toEqual(sorted.tables);
  expect(once.revised).toEqual(often.revised);
});
