import { originOf } from '../../src/command.ts';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Log } from '../../src/log.ts';
import { silentLog } from '../../src/log.ts';
import { CommandTaker } from '../../src/run/command-taker.ts';
import { Tasks } from '../../src/run/tasks.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { batch, KeptStore, partsWith, settingsWith } from './parts.ts';

const made: Tasks[] = [];
afterEach(async () => {
  for (const tasks of made.splice(0)) await tasks.close();
});

function tasksOver(store: KeptStore): Tasks {
  const tasks = new Tasks(partsWith(store, { settings: settingsWith('commands.topic=acts') }), silentLog);
  made.push(tasks);
  return tasks;
}

const record = (offset: number, value: unknown): SourceRecord => ({
  offset,
  key: null,
  value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});
const ACTS = [
  record(0, { kind: 'mute', series: '*', until: 5 }),
  record(1, { kind: 'feedback', series: 'a', isTrue: false }),
  // a marker of a transaction lies between
  record(3, 'no JSON'),
  record(4, { kind: 'feedback', series: 'b', isTrue: true }),
];

/** The offsets of what a store has, in order. */
const origins = ({ commands }: KeptStore) => commands.map(({ command }) => originOf(command));

test('each partition that has taken a reading in takes each record once, in order, durable at once; others when they have', async () => {
  const store = new KeptStore();
  const tasks = tasksOver(store);
  for (const partition of [0, 1]) await tasks.open(partition);
  await tasks.handle(batch(0, 0, 3));
  const taker = new CommandTaker(tasks, 'acts', silentLog);
  expect(taker.open(0)).toBe(0);
  await taker.take(ACTS.slice(0, 2));
  expect(origins(store)).toEqual([0, 1]);
  expect(store.commits.map(({ partition }) => partition)).toEqual([0, 0]);
  expect(taker.isBehind).toBe(false);
  await tasks.handle(batch(1, 0, 3));
  expect(taker.isBehind).toBe(true);
  // it does not take a later one before those that it has missed
  await taker.take(ACTS.slice(2, 3));
  expect(origins(store)).toEqual([0, 1, 3]);
  expect(taker.open(0)).toBe(0);
  await taker.take(ACTS);
  expect(origins(store).toSorted((a = 0, b = 0) => a - b)).toEqual([0, 0, 1, 1, 3, 3, 4, 4]);
  expect(tasks.all.map(({ nextCommand }) => nextCommand)).toEqual([5, 5]);
  expect(taker.isBehind).toBe(false);
});

test('what a process has taken another one does not take again', async () => {
  const store = new KeptStore();
  const first = tasksOver(store);
  await first.open(0);
  await first.handle(batch(0, 0, 3));
  const taker = new CommandTaker(first, 'acts', silentLog);
  taker.open(0);
  await taker.take(ACTS.slice(0, 2));
  const second = tasksOver(store);
  await second.open(0);
  const other = new CommandTaker(second, 'acts', silentLog);
  expect(other.open(0)).toBe(2);
  // whatever is read: a fetch may bring more
  await other.take(ACTS);
  expect(origins(store)).toEqual([0, 1, 3, 4]);
  // and what the topic does not have any more is not waited for
  expect(other.open(9)).toBe(9);
  expect(other.isBehind).toBe(false);
});

describe('a record that is no command of a person', () => {
  test.each([
    'no JSON',
    '',
    '[]',
    '{"kind":"tick","time":5}',
    '{"kind":"passed","from":0}',
    '{"kind":"mute","series":"a"}',
    '{"kind":"mute","series":"a","until":5,"from":7}',
    '{"kind":"feedback","series":"a","isTrue":true,"more":1}',
  ])('%s is warned of once and passed over', async (text) => {
    const warnings: object[] = [];
    const log: Log = { ...silentLog, warn: (facts) => void warnings.push(facts) };
    const store = new KeptStore();
    const tasks = tasksOver(store);
    await tasks.open(0);
    await tasks.handle(batch(0, 0, 3));
    const taker = new CommandTaker(tasks, 'acts', log);
    for (let n = 0; n < 2; n++) {
      taker.open(0);
      await taker.take([record(7, text)]);
    }
    expect(store.commands.map(({ command }) => command)).toEqual([{ kind: 'passed', from: 7 }]);
    expect(warnings).toEqual([{ code: 'COMMAND_REFUSED', topic: 'acts', offset: 7 }]);
  });
});

test('whatever happens, each partition takes all records, each once and in order', async () => {
  const step = fc.oneof(
    fc.record({ what: fc.constantFrom('take'), n: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ what: fc.constantFrom('read', 'move', 'fail', 'reopen'), n: fc.integer({ min: 0, max: 1 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const stores = [new KeptStore(), new KeptStore()];
      let failing = -1;
      const store = new KeptStore();
      store.before = ({ partition, commands }) => {
        if (partition === failing) throw new Error('The broker is away');
        stores[partition]!.commands.push(...commands);
      };
      const tasks = tasksOver(store);
      for (const partition of [0, 1]) await tasks.open(partition);
      const records = Array.from({ length: 12 }, (_, i) => record(i * 2, ACTS[i % 2]!.value!.toString()));
      const taker = new CommandTaker(tasks, 'acts', silentLog);
      let at = taker.open(0);
      const reopen = (): void => void (at = taker.open(0));
      const take = async (n: number): Promise<void> => {
        const next = records.filter(({ offset }) => offset >= at).slice(0, n);
        await taker.take(next);
        at = next.length > 0 ? next.at(-1)!.offset + 1 : at;
      };
      const read = async (partition: number): Promise<void> => {
        const task = tasks.all.find((one) => one.partition === partition)!;
        const from = task.position ?? 0;
        await tasks.handle(batch(partition, from, from + 1)).catch(() => undefined);
      };
      for (const { what, n } of steps) {
        if (what === 'take') await take(n);
        if (what === 'read') await read(n);
        if (what === 'move') await tasks.lose(n).then(() => tasks.open(n));
        if (what === 'fail') failing = failing === n ? -1 : n;
        if (what === 'reopen') reopen();
      }
      failing = -1;
      for (const partition of [0, 1]) {
        await tasks.open(partition);
        await read(partition);
      }
      reopen();
      await take(records.length);
      expect(taker.isBehind).toBe(false);
      for (const one of stores) expect(origins(one)).toEqual(records.map(({ offset }) => offset));
      await tasks.close();
    }),
    { numRuns: 60 },
  );
});
