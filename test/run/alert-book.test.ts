import { afterEach, expect, test } from 'vitest';
import type { AlertTurn } from '../../src/alert/turn.ts';
import { Memory } from '../../src/memory/memory.ts';
import { AlertBook } from '../../src/run/alert-book.ts';
import type { Task } from '../../src/run/task.ts';
import { alertPoints } from '../../src/sink/alert-points.ts';
import { alertStages } from '../alert/stages.ts';
import { record } from '../checks/topology.ts';
import { through } from '../frames.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const memories: Memory[] = [];
afterEach(() => {
  for (const memory of memories.splice(0)) memory.release();
});

/** A task, and what its stages give of readings whose last ones are odd. */
function alerting() {
  const memory = new Memory();
  memories.push(memory);
  const records = Array.from({ length: 600 }, (_, i) =>
    record(i, { s: 'a', t: START + i * MINUTE, v: i < 598 ? (i * 7) % 5 : 500 }),
  );
  const [frames] = [
    through(
      alertStages(memory),
      ...records.map((one) => ({ partition: 0, records: [one], next: one.offset + 1 })),
    ),
  ];
  const turns = frames.flatMap(({ alerts }) => alerts);
  return { task: { memory, isCaughtUp: true } as Task, turns };
}

const points = (...alerts: readonly AlertTurn[]) => alertPoints({ alerts });

test('tells of the alerts of the commits, those that stand first, and of none where a pipeline gives none', () => {
  const { task, turns } = alerting();
  expect(turns.map(({ turn }) => turn)).toEqual(['firing']);
  const [fired] = turns;
  const book = new AlertBook();
  book.take(points(fired!));
  const other = { ...fired!, series: 'b', since: 5, time: 5, expected: NaN };
  book.take(points(other, { ...other, turn: 'resolved', time: START + 1e9 }));
  const list = book.list([task])!;
  expect(list.map(({ id, state }) => [id, state])).toEqual([
    [`a@${fired!.since}`, 'firing'],
    ['b@5', 'resolved'],
  ]);
  expect(list[0]).toMatchObject({ reason: fired!.reason, severity: 'critical', value: 500, isMuted: false });
  expect(list[1]).toMatchObject({ expected: null });
  const plain = new Memory();
  memories.push(plain);
  expect(new AlertBook().list([{ memory: plain, isCaughtUp: true } as Task])).toBeNull();
});

test('what a late reading makes of them: none, standing again, or only moved', () => {
  const { task, turns } = alerting();
  const [fired] = turns;
  const book = new AlertBook();
  const statesOf = (...more: readonly AlertTurn[]): readonly unknown[] => {
    book.take(points(...more));
    return book.list([task])!.map(({ state, time, value }) => [state, time - fired!.since, value]);
  };
  const over: AlertTurn = { ...fired!, turn: 'resolved', time: fired!.time + MINUTE, value: 1 };
  const gone: AlertTurn = { ...over, turn: 'withdrawn', withdraws: 'resolved', revision: 9, score: 0 };
  const moved: AlertTurn = { ...fired!, time: over.time, revision: 8, isNews: false };
  expect(statesOf(fired!, over)).toEqual([['resolved', MINUTE, 500]]);
  expect(statesOf(moved)).toEqual([['resolved', MINUTE, 500]]);
  expect(statesOf(gone)).toEqual([['firing', MINUTE, 500]]);
  expect(statesOf({ ...gone, withdraws: 'firing', time: fired!.time })).toEqual([['withdrawn', 0, 500]]);
  expect(statesOf({ ...gone, series: 'unknown' }).length).toBe(1);
});

test('one that stands since before this run is told of as well, until its end', () => {
  const { task, turns } = alerting();
  const book = new AlertBook();
  const [standing] = book.list([task])!;
  expect(standing).toMatchObject({ id: `a@${turns[0]!.since}`, state: 'firing', reason: '' });
  book.take(points({ ...turns[0]!, turn: 'resolved', time: START + 1e9 }));
  expect(book.list([task])!.map(({ state }) => state)).toEqual(['resolved']);
});

test('what stands is looked for when all that was committed has been taken in again', () => {
  const { task, turns } = alerting();
  const book = new AlertBook();
  expect(book.list([{ memory: task.memory, isCaughtUp: false } as Task])).toEqual([]);
  expect(book.list([task])!.map(({ id }) => id)).toEqual([`a@${turns[0]!.since}`]);
});

test('one that is over is told with what it was about, not with the ordinary reading that has ended it', () => {
  const { task, turns } = alerting();
  const book = new AlertBook();
  book.take(points(turns[0]!));
  book.take(
    points({ ...turns[0]!, turn: 'resolved', time: START + 1e9, reason: 'jump', value: 3, expected: 2 }),
  );
  expect(book.list([task])![0]).toMatchObject({
    state: 'resolved',
    time: START + 1e9,
    reason: turns[0]!.reason,
    value: 500,
    expected: turns[0]!.expected,
  });
});

test('keeps no more than the last', () => {
  const { task, turns } = alerting();
  const book = new AlertBook();
  for (let i = 0; i < 200; i++) {
    book.take(points({ ...turns[0]!, series: `s${i}`, turn: 'resolved', time: i }));
    if (i % 20 === 0) book.list([task]);
  }
  expect(book.list([task])!.length).toBe(30);
  expect(book.list([task])![1]!.series).toBe('s199');
});
