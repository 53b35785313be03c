import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyFileSync, existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeWithInfluxDB } from '../services/describe-with.ts';
import type { InfluxService } from '../services/influxdb.ts';
import { dumpBucket } from '../sink/influxdb-dump.ts';
import { newBucket } from '../sink/influxdb-bucket.ts';
import { begin, foretide } from './foretide.ts';
import { recording, workplace } from './workplace.ts';

const { cwd, path, write } = workplace();
const files = [
  write('a.csv', recording(3000)),
  write('b.csv', recording(2000).replaceAll(/,s(?=\d)/g, ',t')),
];

describeWithInfluxDB('foretide replay --backfill', (service) => {
  const env = { INFLUX_TOKEN: service.token };
  /** Flags of a pipeline that reads the files and writes to this bucket. */
  const settings = (bucket: string, name: string, pace = 'max'): string[] =>
    [
      `input={kind: file, pace: ${pace}, paths: [${files.join()}], decode: {format: csv, series: sensor, time: time, values: [value]}}`,
      `output={kind: influxdb, url: "${service.url}", org: "${service.org}", bucket: ${bucket}}`,
      'model.hidden=4',
      'commit.readings=50',
      `store.path=${name}.db`,
    ].flatMap((each) => ['--set', each]);
  const backfill = (bucket: string, into: string, ...more: string[]): string[] => [
    'replay',
    'live-forecast',
    '--no-page',
    '--backfill',
    '--into',
    into,
    ...settings(bucket, 'live'),
    ...more,
  ];

  // Seen to fail where a start leaves out a record behind the committed position, and where InfluxDB is written after the commit.
  test(
    'killed at several moments and started again: exactly the points of one that was not, in a bucket made for them',
    { timeout: 180_000 },
    async () => {
      const live = await newBucket(service);
      const whole = await foretide(backfill(live, 'whole.db', '--bucket', `${live}-whole`), { cwd, env });
      expect(whole.complaints).toBe('');
      expect(whole.code).toBe(0);
      expect(whole.stdout).toContain(
        `Bucket ${live}-whole is new: it keeps points for ever, in shard groups of 7 d, about 10 for this range`,
      );
      const expected = await dumpBucket(service, `${live}-whole`);
      expect(expected.length).toBeGreaterThan(15_000);

      for (const [round, records] of [1, 700, 1900, 3300, 4700].entries()) {
        const run = begin(backfill(live, 'killed.db'), { cwd, env });
        await untilCommitted(path('killed.db'), records);
        // somewhere between two commits
        await sleep(round * 3);
        run.child.kill('SIGKILL');
        const { signal, stdout } = await run.ended;
        expect(signal).toBe('SIGKILL');
        expect(stdout.includes('It goes on where it stopped')).toBe(round > 0);
      }
      const last = await foretide(backfill(live, 'killed.db'), { cwd, env });
      expect([last.code, last.complaints]).toEqual([0, '']);
      expect(last.stdout).toContain(`Bucket ${live}-replay has shard groups of 7 d`);
      expect(await dumpBucket(service, `${live}-replay`)).toEqual(expected);
      expect(await dumpBucket(service, live)).toEqual([]);

      const over = await foretide(backfill(live, 'killed.db'), { cwd, env });
      expect(over.stdout).toContain('All of it had been written before');
      const other = await foretide(backfill(live, 'killed.db', '--tag', 'run=a'), { cwd, env });
      expect([other.code, other.stderr]).toEqual([
        1,
        expect.stringContaining('The file is of another backfill'),
      ]);
    },
  );

  // Seen to fail where what comes before is run with the rest, and where a start looks for a snapshot once more.
  test(
    'from the snapshots of the live run: its points from then on, whichever of them it begins from, and whatever becomes of them',
    { timeout: 180_000 },
    async () => {
      const live = await newBucket(service);
      const store = (name: string): string[] => [
        '--set',
        `store.path=${name}`,
        '--set',
        'snapshots.every=7d',
      ];
      const played = await foretide(
        ['run', 'live-forecast', '--exit-at-end', '--no-page', ...settings(live, ''), ...store('kept.db')],
        { cwd, env },
      );
      expect([played.code, played.complaints]).toEqual([0, '']);
      copyFileSync(path('kept.db'), path('older.db'));
      const from = '2026-02-10T00:00:00Z';
      const warm = (into: string, of = 'kept.db', ...more: string[]): string[] => [
        ...backfill(live, into, '--bucket', `${live}-${into}`, '--from', from, ...store(of)),
        ...more,
      ];
      const whole = await foretide(warm('warm.db'), { cwd, env });
      expect([whole.code, whole.complaints]).toEqual([0, '']);
      expect(whole.stdout).toMatch(
        /From the state of then; nothing of before is written: partition 0 at 1920, by way of the snapshot at 1\d{3}, 2026-02-0/,
      );
      const expected = await dumpBucket(service, `${live}-warm.db`);
      expect(expected.length).toBeGreaterThan(3000);
      // what was forecast before, of times from then on, aside
      const later = `time >= '2026-02-13T00:00:00Z'`;
      expect(await dumpBucket(service, `${live}-warm.db`, later)).toEqual(
        await dumpBucket(service, live, later),
      );
      expect(await dumpBucket(service, `${live}-warm.db`, `time < '${from}'`)).toEqual([]);

      change(path('older.db'), 'DELETE FROM snapshot WHERE watermark > 1769500000000');
      const older = await foretide(warm('by-older.db', 'older.db'), { cwd, env });
      expect(older.stdout).toMatch(/partition 0 at 1920, by way of the snapshot at \d+, 2026-01-2/);
      expect(await dumpBucket(service, `${live}-by-older.db`)).toEqual(expected);

      const run = begin(warm('broken.db'), { cwd, env });
      await untilCommitted(path('broken.db'), 4000);
      run.child.kill('SIGKILL');
      expect((await run.ended).signal).toBe('SIGKILL');
      change(path('kept.db'), 'DELETE FROM snapshot');
      const refused = await foretide(warm('broken.db', 'kept.db', '--no-warm'), { cwd, env });
      expect(refused.stderr).toContain('goes on as it began');
      const last = await foretide(warm('broken.db'), { cwd, env });
      expect([last.code, last.complaints]).toEqual([0, '']);
      expect(last.stdout).toMatch(/It goes on where it stopped[^]*From the state of then/);
      expect(await dumpBucket(service, `${live}-broken.db`)).toEqual(expected);

      const cold = await foretide(warm('cold.db'), { cwd, env });
      expect(cold.stdout).toContain('From an empty state');
      expect(await dumpBucket(service, `${live}-cold.db`)).not.toEqual(expected);
    },
  );

  // Seen to fail without the tag.
  test(
    'beside the live run, at the same time and in its bucket: neither changes a point of the other',
    { timeout: 120_000 },
    async () => {
      const [alone, both] = [await newBucket(service), await newBucket(service)];
      const live = (bucket: string, name: string, pace?: string): string[] => [
        'run',
        'live-forecast',
        '--exit-at-end',
        '--no-page',
        ...settings(bucket, name, pace),
      ];
      expect((await foretide(live(alone, 'alone'), { cwd, env })).code).toBe(0);
      const expected = await dumpBucket(service, alone);

      const running = begin(live(both, 'live', '20s'), { cwd, env });
      await untilCommitted(path('live.db'), 1);
      // other bands under the same names
      const { code, complaints } = await foretide(
        backfill(both, 'beside.db', '--bucket', both, '--tag', 'run=b', '--set', 'forecast.bandRate=0.1'),
        { cwd, env },
      );
      expect([code, complaints]).toEqual([0, '']);
      expect(running.child.exitCode).toBeNull();
      expect((await running.ended).code).toBe(0);
      expect(await dumpBucket(service, both, `"run" = ''`)).toEqual(expected);
      const own = await dumpBucket(service, both, `"run" = 'b'`);
      expect(own.length).toBeGreaterThan(5000);
      expect(own.map((line) => line.replace('run=b,', ''))).not.toEqual(expected);
    },
  );

  // Seen to fail where the id is not looked at.
  test('refuses the live bucket without a tag, by its name and by its id', async () => {
    const bucket = await newBucket(service);
    const byName = await foretide(backfill(bucket, 'x.db', '--bucket', bucket), { cwd, env });
    expect([byName.code, byName.stderr]).toEqual([1, expect.stringContaining('would take the place of')]);
    const id = await idOf(service, bucket);
    const byId = await foretide(backfill(id, 'x.db', '--bucket', bucket), { cwd, env });
    expect([byId.code, byId.stderr]).toEqual([1, expect.stringContaining('would take the place of')]);
    expect(existsSync(path('x.db'))).toBe(false);
    expect(await dumpBucket(service, bucket)).toEqual([]);
  });
});

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

/** Resolves when so many records of all partitions are committed to the file. */
async function untilCommitted(file: string, records: number): Promise<void> {
  for (;;) {
    if (existsSync(file)) {
      const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
      try {
        const row = database.prepare('SELECT sum(next) AS records FROM position').get();
        if (Number(row?.['records']) >= records) return;
      } catch {
        // not made yet
      } finally {
        database.close();
      }
    }
    await sleep(5);
  }
}

async function idOf({ url, token, org }: InfluxService, name: string): Promise<string> {
  const answer = await fetch(`${url}/api/v2/buckets?${new URLSearchParams({ org, name }).toString()}`, {
    headers: { authorization: `Token ${token}` },
  });
  const { buckets } = (await answer.json()) as { readonly buckets: readonly { readonly id: string }[] };
  return buckets[0]!.id;
}
