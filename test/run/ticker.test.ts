import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { Tasks } from '../../src/run/tasks.ts';
import { Ticker } from '../../src/run/ticker.ts';
import type { Source } from '../../src/source/source.ts';
import { batch, KeptStore, partsWith, settingsWith } from './parts.ts';

const SECOND = 1000;
let store: KeptStore;
let tasks: Tasks;
/** What the source has handed over the whole of. */
let exhausted: () => Promise<ReadonlyMap<number, number>>;
let asked: number;
let ticker: Ticker | undefined;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  store = new KeptStore();
  tasks = new Tasks(partsWith(store, { settings: settingsWith() }), silentLog);
  asked = 0;
  await tasks.open(0);
  const source = {
    exhausted() {
      asked += 1;
      return exhausted();
    },
  } as unknown as Source;
  ticker = Ticker.of(10 * SECOND, { source, tasks, log: silentLog });
});
afterEach(async () => {
  ticker?.end();
  await tasks.close();
  vi.useRealTimers();
});

/** Lets time pass, and everything run that is due. */
async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    vi.advanceTimersByTime(SECOND);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => void setImmediate(resolve));
  }
}
const ticks = (): number[] =>
  store.commands.map(({ command }) => (command.kind === 'tick' ? command.time : NaN));

test('an idle partition is told, each time that it has been idle for so long, how far event time has gone', async () => {
  exhausted = async () => new Map([[0, 3]]);
  await tasks.handle(batch(0, 1, 3));
  await pass(9);
  expect(ticks()).toEqual([]);
  await pass(4);
  expect(ticks()).toEqual([130_000]);
  await pass(15);
  expect(ticks()).toEqual([130_000, 140_000]);
  await tasks.handle(batch(0, 3, 4));
  await pass(8);
  expect(store.commands.map(({ number, before }) => [number, before])).toEqual([
    [1, 3],
    [2, 3],
  ]);
});

test('one that lags behind, or whose source does not answer, is not idle', async () => {
  await tasks.handle(batch(0, 1, 3));
  exhausted = async () => new Map([[0, 2]]);
  await pass(30);
  exhausted = async () => new Map([[1, 3]]);
  await pass(30);
  exhausted = () => Promise.reject(new Error('away'));
  await pass(30);
  expect(asked).toBeGreaterThan(5);
  expect(ticks()).toEqual([]);
  exhausted = async () => new Map([[0, 3]]);
  await pass(6);
  expect(ticks().length).toBe(1);
});

test('one that nothing has ever come of is not asked about', async () => {
  await pass(60);
  expect(asked).toBe(0);
});

test('a batch that comes while the source is asked is not overtaken', async () => {
  await tasks.handle(batch(0, 1, 3));
  const answer = Promise.withResolvers<ReadonlyMap<number, number>>();
  exhausted = () => answer.promise;
  await pass(20);
  await tasks.handle(batch(0, 3, 4));
  answer.resolve(new Map([[0, 3]]));
  await pass(1);
  expect(ticks()).toEqual([]);
});

test('there is none where it is off', () => {
  expect(Ticker.of('off', { source: {} as Source, tasks, log: silentLog })).toBeUndefined();
});
