import { expect, test } from 'vitest';
import { ACCOUNT, accountSlot, addToAccount, declareEarly, readAccount } from '../src/account.ts';
import { Memory } from '../src/memory/memory.ts';

function account() {
  const memory = new Memory();
  const slot = accountSlot(memory);
  declareEarly(memory);
  memory.seal();
  const add = (counts: Parameters<typeof addToAccount>[2]): void => {
    memory.touchPartition();
    addToAccount(memory, slot, counts);
  };
  return { memory, add, read: () => readAccount(memory, slot) };
}

test('counts add up, each in its own place; what is not named stays', () => {
  const { add, read } = account();
  expect(read()).toEqual(Object.fromEntries(ACCOUNT.map((name) => [name, 0])));
  ACCOUNT.forEach((name, i) => add({ [name]: 10 ** i }));
  add({ records: 2, late: 3 });
  expect(Object.values(read())).toEqual([3, 10, 100, 1000, 10_000, 100_000, 1_000_003, 10_000_000]);
});

test('every stage that asks for the slot gets the same one', () => {
  const memory = new Memory();
  expect(accountSlot(memory)).toBe(accountSlot(memory));
});

test('counts are part of the state: they come back, and go back with a rollback', () => {
  const { memory, add, read } = account();
  add({ records: 5, decoded: 5 });
  memory.committed();
  const kept = memory.partitionBytes().slice();
  add({ records: 2, dead: 2 });
  memory.rollback();
  expect(read()).toMatchObject({ records: 5, decoded: 5, dead: 0 });

  const other = new Memory();
  const slot = accountSlot(other);
  other.restore([], kept);
  expect(readAccount(other, slot)).toEqual(read());
});

test('what comes too early has no place, and is none, where nothing can', () => {
  const memory = new Memory();
  const slot = accountSlot(memory);
  memory.seal();
  addToAccount(memory, slot, { late: 1, early: 1 });
  expect(readAccount(memory, slot)).toMatchObject({ late: 1, early: 0 });
  expect(memory.partitionBytes()).toHaveLength(64);
});
