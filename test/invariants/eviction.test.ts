import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import liveForecast from '../../pipelines/live-forecast.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { createModel } from '../../src/model/model.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { Task } from '../../src/run/task.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { comings, HOUR, START } from '../checks/comings.ts';
import { partsWith, settingsOf } from '../run/parts.ts';
import { record } from '../checks/topology.ts';

/** `comings` as records. */
const recordsOf = (seed: number, length: number): SourceRecord[] =>
  comings(seed, length).map((text, offset) => record(offset, text));

const evicting = (pipeline: Pipeline, ...set: readonly string[]) =>
  settingsOf(pipeline, 'digest=true', 'series.evictAfter=2d', ...set);

const stores: SqliteStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

/** What a course leaves: all tables, digests of outputs and state. `cuts`: a batch ends there; every third one is committed, every fifth is lost and done again. */
async function courseOf(
  pipeline: Pipeline,
  records: readonly SourceRecord[],
  cuts: readonly number[],
  set: readonly string[],
) {
  const store = new SqliteStore(':memory:', { retention: 1e15 });
  stores.push(store);
  const settings = evicting(pipeline, ...set);
  const decoder = decoderFor(settings.input.decode);
  const model = { ...createModel(settings.model, 1), channelNames: decoder.channels };
  const parts = partsWith(store, { pipeline, settings, decoder, model });
  let task = await Task.open(0, parts);
  const ends = [...new Set(cuts.filter((cut) => cut > 0 && cut < records.length))].toSorted((a, b) => a - b);
  let most = 0;
  for (const [i, end] of [...ends, records.length].entries()) {
    const push = (): void => {
      const from = task.position ?? 0;
      task.push({ partition: 0, records: records.slice(from, end), next: end });
      most = Math.max(most, task.memory.length);
    };
    push();
    if (i % 5 === 4) {
      task.rollback();
      push();
    }
    if (i % 3 === 2) await task.commit();
    if (i % 7 !== 6) continue;
    // a kill: what is not committed is gone
    task.close();
    task = await Task.open(0, parts);
    push();
  }
  await task.commit();
  const rows = (table: string, order: string): Record<string, unknown>[] =>
    store.database.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).all();
  const result = {
    state: task.stateDigest(),
    outputs: task.digest!,
    account: task.account(),
    tables: {
      state: rows('state', 'birth'),
      archive: rows('archive', 'series'),
      event: rows('event', 'series, time, kind, h'),
      alert: rows('alert', 'series, time, state').map(({ id: _, ...row }) => row),
      reading: rows('reading', 'series, time'),
    },
  };
  task.close();
  return { ...result, most };
}

const evicted = (events: readonly Record<string, unknown>[]): Record<string, unknown>[] =>
  events.filter(({ kind }) => kind === 'evicted');

// Seen to fail when series are looked at before what came has gone through all stages, and when one that is back from the archive begins no frame.
describe.each<readonly [name: string, Pipeline, readonly string[]]>([
  ['live-forecast', liveForecast, []],
  ['live-forecast', liveForecast, ['series.back=archive']],
  [
    'live-forecast',
    liveForecast,
    ['series.back=archive', 'align.every=1h', 'align.grace=8h', 'align.graceReadings=16'],
  ],
  ['live-forecast', liveForecast, ['align.every=3h', 'align.aggregate=mean']],
  [
    'anomaly-alerts',
    anomalyAlerts,
    ['alerts.warmUp=3', 'alerts.raise=0.3', 'alerts.clear=0.2', 'alerts.holdFor=1h'],
  ],
  [
    'anomaly-alerts',
    anomalyAlerts,
    ['alerts.warmUp=3', 'alerts.raise=0.3', 'alerts.clear=0.2', 'series.back=archive'],
  ],
  [
    'anomaly-alerts, late readings taken in',
    anomalyAlerts,
    [
      ...'clearFor=1h raise=0.3 clear=0.2 warmUp=3'.split(' ').map((one) => `alerts.${one}`),
      'align.every=1h',
      'align.grace=8h',
    ],
  ],
  [
    'anomaly-alerts, late readings taken in',
    anomalyAlerts,
    ['alerts.warmUp=3', 'alerts.raise=0.3', 'align.every=1h', 'align.grace=8h', 'series.back=archive'],
  ],
])('%s: %#', (_, pipeline, set) => {
  test(
    'no cut, commit, rollback or kill changes what comes of series that come and go',
    { timeout: 200_000 },
    async () => {
      let told = 0;
      await fc.assert(
        fc.asyncProperty(fc.nat(1000), fc.array(fc.nat(700), { maxLength: 40 }), async (seed, cuts) => {
          const records = recordsOf(seed, 700);
          const { most: __, ...whole } = await courseOf(pipeline, records, [], set);
          const { most, ...again } = await courseOf(pipeline, records, cuts, set);
          expect(again).toEqual(whole);
          expect(most).toBeLessThan(10);
          told += evicted(whole.tables.event).length;
        }),
        { numRuns: 20 },
      );
      expect(told).toBeGreaterThan(60);
    },
  );
});

// Seen to fail when an alert stays that its series leaves behind.
test('each series that leaves is told of once, with when it was last seen, and is there no more; its alert is over', async () => {
  const records = recordsOf(3, 900);
  const { tables, account } = await courseOf(
    anomalyAlerts,
    records,
    [100, 200, 300, 400, 500, 600, 700, 800],
    ['alerts.warmUp=3', 'alerts.raise=0.3', 'alerts.clear=0.2', 'alerts.holdFor=1h'],
  );
  const left = evicted(tables.event) as { series: string; time: number; value: number; expected: number }[];
  for (const { time, value, expected } of left) {
    expect(expected).toBeGreaterThanOrEqual(value + 48 * HOUR);
    expect(time).toBeGreaterThanOrEqual(expected);
  }
  expect(account.readings).toBe(account.used + account.duplicate + account.late);
  for (const { series } of tables.state) {
    const last = Math.max(
      ...tables.reading.filter((row) => row['series'] === series).map(({ time }) => Number(time)),
    );
    expect(left.every((one) => one.series !== series || one.time <= last + 48 * HOUR)).toBe(true);
  }
  const standing = new Map<string, string>();
  for (const { series, since, state } of tables.alert.toSorted(
    (a, b) => Number(a['time']) - Number(b['time']),
  ))
    standing.set(`${String(series)} ${String(since)}`, String(state));
  const alive = new Set(tables.state.map(({ series }) => series));
  const open = [...standing].filter(([, state]) => state === 'firing' || state === 'pending');
  expect(standing.size).toBeGreaterThan(3);
  for (const [key] of open) expect(alive).toContain(key.split(' ')[0]);
});

test('ten times as many series as there is room for come one after the other, and none is refused', async () => {
  const SERIES = 40;
  const probe = await courseOf(liveForecast, recordsOf(1, 10), [], []);
  expect(probe.tables.state.length).toBeGreaterThan(0);
  const bytes = (probe.tables.state[0]!['bytes'] as Uint8Array).length;
  const most = 4 * bytes + 4096;
  // each comes for a day, and is silent then: two days are twice as many as there is room for at a time
  const records = Array.from({ length: SERIES * 24 }, (_, hour) =>
    record(hour, { s: `s${Math.floor(hour / 24)}`, t: START + hour * HOUR, v: hour % 24 }),
  );
  for (const back of ['clean', 'archive']) {
    const set = [`maxStateBytes=${most}`, `series.back=${back}`];
    const cuts = records.map((__, i) => i).filter((i) => i % 50 === 0);
    const one = await courseOf(liveForecast, records, cuts, set);
    expect(one.account.dead).toBe(0);
    expect(one.most).toBeLessThanOrEqual(4);
    expect(evicted(one.tables.event).length).toBe(SERIES - one.tables.state.length);
    expect(one.tables.archive.length).toBe(back === 'archive' ? SERIES - one.tables.state.length : 0);
  }
  const kept = await courseOf(liveForecast, records, [], [`maxStateBytes=${most}`, 'series.evictAfter=off']);
  expect(kept.account.dead).toBeGreaterThan(records.length / 2);
});

test('what comes back from the archive goes on as if it had not been away, but for what tells that it was', async () => {
  // a comes for two days, is away for five while b moves time, and comes again
  const at = (hour: number, s: string): object => ({
    s,
    t: START + hour * HOUR,
    v: (hour % 24) + (s === 'a' ? 5 : 0),
  });
  const hours = Array.from({ length: 240 }, (_, hour) => hour);
  const records = hours
    .flatMap((hour) => [at(hour, 'b'), ...(hour < 48 || hour >= 168 ? [at(hour, 'a')] : [])])
    .map((reading, offset) => record(offset, reading));
  const forecasts = async (...set: string[]): Promise<unknown[]> => {
    await courseOf(liveForecast, records, [60, 200], set);
    return stores
      .at(-1)!
      .database.prepare("SELECT * FROM forecast WHERE series = 'a' ORDER BY time, h")
      .all();
  };
  const archive = await forecasts('series.back=archive');
  expect(archive).toEqual(await forecasts('series.evictAfter=off'));
  expect(await forecasts()).not.toEqual(archive);
});
