import { afterEach, describe, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { encodeState } from '../../src/store/kafka-state.ts';
import type { Failpoint, Fault } from '../../src/testing/failpoints.ts';
import { SimWorld } from '../../src/testing/sim-world.ts';
import { digestOf } from '../testing/golden.ts';
import { settingsFor } from '../testing/scenario-input.ts';

const worlds: SimWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.dispose();
});

const SERIES = Array.from('abcdefghijkl');
/** 20 readings of each series. */
const HALF = 240;

/** Readings from–to, one a minute and series. */
function records(from: number, to: number) {
  return Array.from({ length: to - from }, (_, i) => {
    const step = Math.floor((from + i) / SERIES.length);
    const sensor = SERIES[(from + i) % SERIES.length];
    const value = 20 + ((step * 7) % 11) / 2 + (step % 24) / 4;
    const reading = { sensor, time: 1_700_000_000_000 + step * 60_000, value };
    return { key: null, value: Buffer.from(JSON.stringify(reading)), headers: {} };
  });
}

const ROWS: readonly string[] = [];
const GENERATIONS = ['store.mode=generations', 'store.generationEvery=1s'];
const MIGRATE = 'store.onMismatch=migrate';

async function worldWith(set: readonly string[], more: { after?: SimWorld; faults?: readonly Fault[] } = {}) {
  const world = await SimWorld.make({
    pipeline: liveForecast,
    settings: settingsFor('store.transactionTimeout=10s', ...set),
    partitions: 1,
    seed: 1,
    ...more,
  });
  worlds.push(world);
  return world;
}

/** Takes in what comes up to record `to`, and ends. */
async function go(world: SimWorld, from: number, to: number): Promise<void> {
  const { topic, group } = world.place.input;
  world.feed(0, records(from, to));
  world.start();
  await world.drive(() => world.cluster.group(group).positions.get(`${topic}/0`) === to);
  world.faults.clear();
  await world.stop();
  expect(world.violations).toEqual([]);
}

/** What a worker with these settings finds. */
async function found(after: SimWorld, set: readonly string[]) {
  const world = await worldWith(set, { after });
  world.start();
  await world.drive(() => world.atWork[0]?.tasks?.all[0] !== undefined);
  expect(world.violations).toEqual([]);
  const { memory, next, fingerprint } = world.atWork[0]!.tasks!.all[0]!;
  const state = {
    next,
    fingerprint,
    digest: digestOf(memory),
    series: memory.length,
    stride: memory.bytesPerSeries,
  };
  await world.stop();
  return state;
}

/** Forecasts that have been committed, each with what identifies it. */
function forecasts(world: SimWorld): string[] {
  const log = world.cluster.topics.get(world.place.topics.outputs['forecast']!)!.partitions[0]!;
  return [...log.committed()].map(({ key, value }) => {
    const { h, time } = JSON.parse(String(value)) as { h: string; time: number };
    return `${String(key)} ${h} ${time}`;
  });
}

describe('state of other settings, in Kafka', () => {
  test.each([
    ['rows', ROWS, ROWS],
    ['generations', GENERATIONS, GENERATIONS],
    ['rows, then generations', ROWS, GENERATIONS],
    ['generations, then rows', GENERATIONS, ROWS],
  ])('goes on, and every output is written once: %s', async (_, before, now) => {
    const old = await worldWith(before);
    await go(old, 0, HALF);
    const world = await worldWith([...now, 'forecast.profile=full', MIGRATE], { after: old });
    await go(world, HALF, 2 * HALF);
    const all = forecasts(world);
    expect(new Set(all).size).toBe(all.length);
    expect(await found(world, [...now, 'forecast.profile=full'])).toMatchObject({ series: SERIES.length });
    const back = await worldWith(before, { after: world });
    back.start();
    await back.drive(() => false);
    expect(back.violations.join()).toMatch(/other settings, another model|another mode/);
  });

  test.each([
    ['rows', ROWS, ROWS],
    ['generations', GENERATIONS, GENERATIONS],
    ['rows, then generations', ROWS, GENERATIONS],
    ['generations, then rows', GENERATIONS, ROWS],
  ])('another mode, or a setting that has not come to bear, leaves every bit: %s', async (_, before, now) => {
    const whole = await worldWith([...now, 'align.gapLimit=5']);
    await go(whole, 0, 3 * HALF);
    const old = await worldWith(before);
    await go(old, 0, HALF);
    const same = await worldWith([...now, MIGRATE], { after: old });
    await go(same, HALF, 2 * HALF);
    const world = await worldWith([...now, MIGRATE, 'align.gapLimit=5'], { after: same });
    await go(world, 2 * HALF, 3 * HALF);
    compact(world);
    const settings = [...now, 'align.gapLimit=5'];
    const expected = await found(whole, settings);
    const { digest } = await found(world, settings);
    expect(digest).toBe(expected.digest);
  });

  test.each([
    ['rows', ROWS],
    ['generations', GENERATIONS],
  ])('is written though nothing comes: %s', async (_, mode) => {
    const old = await worldWith(mode);
    await go(old, 0, HALF);
    const now = [...mode, 'forecast.profile=full'];
    const world = await worldWith([...now, MIGRATE], { after: old });
    const log = world.cluster.log(`${world.place.topics.changelog}/0`);
    const metas = (): number => [...log.committed()].filter(({ key }) => String(key) === 'meta').length;
    const before = metas();
    world.start();
    await world.drive(() => metas() > before);
    await world.stop();
    expect(world.violations).toEqual([]);
    expect(await found(world, now)).toMatchObject({ next: HALF, series: SERIES.length });
  });

  test('there and back, and there again: what was written for the same settings long ago never counts', async () => {
    const plain = await worldWith([]);
    await go(plain, 0, HALF);
    let world = plain;
    const turns = ['align.gapLimit=5', 'align.gapLimit=24', 'align.gapLimit=5'];
    for (const [i, set] of turns.entries()) {
      world = await worldWith([set, MIGRATE], { after: world });
      // only one series goes on, so that rows of the others are old
      const some = records((i + 1) * HALF, (i + 2) * HALF).filter((record) =>
        String(record.value).includes('"a"'),
      );
      const { topic, group } = world.place.input;
      world.feed(0, some);
      const end = world.cluster.log(`${topic}/0`).high;
      world.start();
      await world.drive(() => world.cluster.group(group).positions.get(`${topic}/0`) === end);
      await world.stop();
      expect(world.violations).toEqual([]);
    }
    const { digest, series } = await found(world, ['align.gapLimit=5']);
    expect(series).toBe(SERIES.length);
    compact(world);
    expect((await found(world, ['align.gapLimit=5'])).digest).toBe(digest);
  });

  test('what an attempt has left that came to nothing never counts', async () => {
    const old = await worldWith([]);
    await go(old, 0, HALF);
    const rows = ['forecast.profile=full'];
    const done = await worldWith([...rows, MIGRATE], { after: old });
    await go(done, HALF, 2 * HALF);
    const { fingerprint, stride } = await found(done, rows);
    const again = await worldWith([]);
    await go(again, 0, HALF);
    const left = { kind: 'series', series: 'gone', letter: 'a', birth: 99, commit: 1000 } as const;
    const [row] = encodeState({
      ...left,
      fingerprint: fingerprint.slice(0, 32),
      bytes: new Uint8Array(stride),
    });
    const { key, value } = row!;
    again.cluster
      .log(`${again.place.topics.changelog}/0`)
      .append([{ key: Buffer.from(key), value, headers: {}, timestamp: again.clock.now }]);
    const world = await worldWith([...rows, MIGRATE], { after: again });
    await go(world, HALF, 2 * HALF);
    expect(await found(world, rows)).toEqual(await found(done, rows));
  });

  test('a changelog of before, that says nothing of what it is made of, is refused', async () => {
    const old = await worldWith([]);
    await go(old, 0, HALF);
    const log = old.cluster.log(`${old.place.topics.changelog}/0`);
    for (const record of log.committed())
      if (String(record.key) === 'meaning') Object.assign(record, { key: Buffer.from('sentinel') });
    const world = await worldWith(['align.gapLimit=5', MIGRATE], { after: old });
    world.start();
    await world.drive(() => false);
    expect(world.violations.join()).toContain('without a word of what it is made of');
  });
});

/** Every request with which the state is written. */
const PLACES: readonly Failpoint[] = [
  'before:producer.init',
  'before:producer.addPartitions',
  'before:producer.send:changelog',
  'after:producer.send:changelog',
  'before:producer.send:output',
  'before:producer.sendOffsets',
  'before:producer.commit',
  'after:producer.commit',
];

describe('whatever request of the first commit fails', () => {
  test.each([
    ['rows', ROWS],
    ['generations', GENERATIONS],
  ])(
    'the state of before is whole until the new one is: %s',
    async (_, mode) => {
      // with rows of 100 KB, so that there are several requests with state
      const large = ['scale.method=robust', 'scale.window=10000', 'forecast.profile=full'];
      const now = [...mode, ...large, MIGRATE];
      const calm = await worldWith(mode);
      await go(calm, 0, HALF);
      const expected = await found(calm, mode);
      const calmly = await worldWith(now, { after: calm });
      await go(calmly, HALF, 2 * HALF);
      const outputs = forecasts(calmly).toSorted();
      const goal = await found(calmly, now);
      let [older, newer] = [0, 0];
      for (const at of PLACES) {
        for (let pass = 1; pass <= 4; pass++) {
          const old = await worldWith(mode);
          await go(old, 0, HALF);
          // killed there for good: what is left is the one state or the other
          const killed = await worldWith(now, { after: old, faults: [{ at, kind: 'kill', pass }] });
          killed.feed(0, records(HALF, 2 * HALF));
          const worker = killed.start();
          await killed.drive(() => worker.process.state === 'killed' || nextOf(killed) === 2 * HALF);
          await killed.stop();
          compact(killed);
          if (await isOf(killed, mode)) {
            older++;
            expect(await found(killed, mode)).toEqual(expected);
          } else newer++;
          const next = await worldWith(now, { after: killed });
          next.start();
          await next.drive(() => nextOf(next) === 2 * HALF);
          await next.stop();
          expect([at, pass, next.violations]).toEqual([at, pass, []]);
          expect(forecasts(next).toSorted()).toEqual(outputs);
          const state = await found(next, now);
          // of generations it depends on when the last one was written from where on the readings came under the settings of now
          expect(mode === ROWS ? state : state.fingerprint).toEqual(mode === ROWS ? goal : goal.fingerprint);
          for (const world of worlds.splice(3)) await world.dispose();
        }
      }
      expect(older).toBeGreaterThan(5);
      expect(newer).toBeGreaterThan(0);
    },
    120_000,
  );
});

/** Of each key only the last record is left. */
function compact({ cluster, place }: SimWorld): void {
  cluster.log(`${place.topics.changelog}/0`).compact(1e9);
}

function nextOf({ cluster, place }: SimWorld): number | undefined {
  return cluster.group(place.input.group).positions.get(`${place.input.topic}/0`);
}

/** Whether the state that is there goes on with these settings. */
async function isOf(after: SimWorld, set: readonly string[]): Promise<boolean> {
  const world = await worldWith(set, { after });
  const worker = world.start();
  await world.drive(() => worker.tasks?.all[0] !== undefined || worker.isOver);
  const isOurs = worker.tasks?.all[0] !== undefined;
  await world.stop();
  return isOurs;
}
