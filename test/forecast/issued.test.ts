import { expect, test } from 'vitest';
import { Issued } from '../../src/forecast/issued.ts';
import { Memory } from '../../src/memory/memory.ts';

test('a forecast is there until its farthest target has come, and no longer', () => {
  const memory = new Memory();
  const issued = new Issued(memory, 1, 3);
  const row = memory.row('a');
  expect(issued.has(row, 0)).toBe(false);
  for (let k = 1; k <= 10; k++) {
    issued.stamp(row, k);
    for (let h = 1; h <= 3; h++) memory.view().f64[issued.yhat(row, k, 0, h)] = k * 100 + h;
    for (let h = 1; h <= 3; h++) {
      expect(issued.has(row, k - h)).toBe(k - h > 0);
      if (k - h > 0) expect(memory.view().f64[issued.yhat(row, k - h, 0, h)]).toBe((k - h) * 100 + h);
    }
    expect(issued.has(row, k - 4)).toBe(false);
  }
});

test('places of channels, horizons and bands do not overlap', () => {
  const memory = new Memory();
  const issued = new Issued(memory, 2, 3);
  const row = memory.row('a');
  const places: number[] = [];
  for (let k = 1; k <= 4; k++) {
    for (const c of [0, 1]) {
      places.push(issued.outer(row, k, c), issued.outer(row, k, c) + 1);
      for (let h = 1; h <= 3; h++) {
        places.push(issued.yhat(row, k, c, h), issued.band(row, k, c, h), issued.band(row, k, c, h) + 1);
      }
    }
  }
  expect(new Set(places).size).toBe(places.length);
});
