import { expect, test } from 'vitest';
import { type KnownTurn, ToldTurns } from '../../src/alert/told-turns.ts';
import { align, AlignSettings } from '../../src/align/align.ts';
import { Memory } from '../../src/memory/memory.ts';

function told() {
  const memory = new Memory();
  align(memory, AlignSettings.parse({ every: '1m', grace: '1m', graceReadings: 4 }));
  const turns = ToldTurns.of(memory)!;
  const row = memory.row('s');
  memory.touch(row);
  const times = memory.seriesSlot('late.time')!;
  memory.view().f64.set([10, 20, 30, 40], times.at(row));
  return {
    tell: (place: number, turn: KnownTurn) => turns.tell(row, place, turn),
    change: (place: number, turn?: KnownTurn) => turns.change(row, place, turn),
    settle: () => turns.settle(row).map(({ turn, since, time }) => [turn, since, time]),
    isTold: (turn: KnownTurn) => turns.isTold(row, turn),
    isKnown: (since: number) => turns.isKnown(row, since),
  };
}

const FIRING: KnownTurn = {
  turn: 'firing',
  since: 10,
  severity: 'critical',
  isMuted: false,
  reason: 'novelty',
};

test('a turn that is the same is not another; one of another alert, severity or kind is', () => {
  const { tell, change, settle } = told();
  tell(0, FIRING);
  expect(change(0, { ...FIRING, reason: 'jump' })).toBe(false);
  for (const other of [
    { since: 20 },
    { severity: 'warning' },
    { isMuted: true },
    { turn: 'resolved' },
  ] as const)
    expect([other, change(0, { ...FIRING, ...other })]).toEqual([other, true]);
  expect(change(0, FIRING)).toBe(false);
  expect(settle()).toEqual([]);
});

test('what was told and is none any more is given once, with the time of its reading', () => {
  const { tell, change, settle, isTold, isKnown } = told();
  tell(0, FIRING);
  tell(2, { ...FIRING, turn: 'resolved' });
  change(0, undefined);
  change(1, { ...FIRING, since: 20 });
  change(2, { ...FIRING, turn: 'resolved', since: 20 });
  expect([isTold(FIRING), isTold({ ...FIRING, since: 20 }), isKnown(10)]).toEqual([true, false, true]);
  expect(settle()).toEqual([
    ['firing', 10, 10],
    ['resolved', 10, 30],
  ]);
  expect([isTold(FIRING), isTold({ ...FIRING, since: 20 }), isKnown(10)]).toEqual([false, true, false]);
  expect(settle()).toEqual([]);
});

test('one that was told to nobody is no word of one that is told', () => {
  const { tell, isTold } = told();
  tell(1, { ...FIRING, isMuted: true });
  expect([isTold(FIRING), isTold({ ...FIRING, isMuted: true })]).toEqual([false, true]);
});

test('of a reading that is not kept every turn is another, and nothing is remembered', () => {
  const { tell, change, isKnown } = told();
  tell(-1, FIRING);
  expect([change(-1, FIRING), change(-1, undefined), isKnown(10)]).toEqual([true, false, false]);
});

test('there is none where no late readings are taken in', () => {
  const memory = new Memory();
  align(memory, AlignSettings.parse({ every: '1m' }));
  expect(ToldTurns.of(memory)).toBeUndefined();
});
