import { describe, expect, test } from 'vitest';
import { CELL_NAMES, CELLS, cellOf, ownOf } from '../../src/cell/cells.ts';
import { Kernel } from '../../src/cell/kernel.ts';
import { Arena } from '../../src/memory/arena.ts';
import { cellCases, gradientCases } from '../reference/cells.ts';
import { NAMED_CELLS } from './cells.ts';

describe.each(NAMED_CELLS)('%s', (_, cell) => {
  test('is what it says', () => {
    expect(cellOf(cell.name, cell.activation)).toBe(cell);
    expect(cell.apart).toBeLessThanOrEqual(cell.gates);
    expect(ownOf(cell)).toBeGreaterThanOrEqual(0);
    expect(cell.ownTensor !== undefined).toBe(ownOf(cell) > 0);
    expect([1, 2]).toContain(cell.states);
    expect(cell.forgetGate ?? 0).toBeLessThan(cell.gates - cell.apart);
  });

  test('the kernel knows it by a name that no other has', () => {
    expect(() => Kernel.of(new Arena()).shapeOf(cell)).not.toThrow();
    expect(NAMED_CELLS.filter(([, { kernel }]) => kernel === cell.kernel)).toHaveLength(1);
  });
});

test.each(CELL_NAMES)('%s has references for values and gradients', (name) => {
  expect(cellCases().some(({ kind }) => kind === name)).toBe(true);
  expect(gradientCases().some(({ kind }) => kind === name)).toBe(true);
});

test('a file tells which cell it is of: by gates, or by a tensor that no other cell has', () => {
  const told = CELL_NAMES.map((name) => `${CELLS[name][0].gates} ${cellOf(name).ownTensor ?? ''}`);
  expect(new Set(told).size).toBe(told.length);
});
