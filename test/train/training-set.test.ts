import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/memory/memory.ts';
import { scale, ScaleSettings } from '../../src/scale/scale.ts';
import { align, AlignSettings } from '../../src/align/align.ts';
import { History } from '../../src/train/history.ts';
import { knownTargets, type TrainingSet, trainingSet } from '../../src/train/training-set.ts';
import { frameOf, through } from '../frames.ts';
import { quickSettings } from './settings.ts';
import { type Observation, waves } from './signal.ts';

/** As the collector has them. */
function historiesOf(observations: readonly Observation[], gaps = 'hold'): History[] {
  const memory = new Memory();
  const aligned = align(memory, AlignSettings.parse({ every: '1h', gaps }));
  const scaled = scale(memory, 1, ScaleSettings.parse({}));
  const histories = new Map<string, History>();
  for (const { series, time, value } of observations) {
    for (const wave of through(aligned, frameOf(memory, [[series, time, value]]))) {
      const history = histories.get(series) ?? new History(series, 0, 1, 'plain');
      histories.set(series, history);
      history.add(through(scaled, wave)[0]!, 0);
    }
  }
  return [...histories.values()];
}

function setOf(observations: readonly Observation[], ...changes: string[]): TrainingSet {
  const { train, model } = quickSettings('x.csv', 'train={steps: 8, scored: 4, validate: 0.25}', ...changes);
  return trainingSet(historiesOf(observations), 1, model.horizon!, train);
}

test('all series lie one behind the other, each with its windows on both sides of its own cut', () => {
  const set = setOf([...waves(1, 40), ...waves(1, 20, 2).map((each) => ({ ...each, series: 'other' }))]);
  expect(set).toMatchObject({ series: 2, readings: 60, tooShort: 0, channels: 1, horizon: 4 });
  // steps 1 to 40: validated from 30.25 on, so learned from while the last target is at most step 30; 1 to 20: from 15.25 on
  expect([...set.train]).toEqual([0, 4, 8, 12, 16, 40]);
  expect([...set.validate]).toEqual([26, 30, 51]);
  expect([set.rows.inputs.length, set.rows.targets.length]).toEqual([60 * 3, 60 * 4]);
  expect(set.rows.inputs.buffer).toBeInstanceOf(SharedArrayBuffer);
});

test('the rows are those of the series: its targets do not reach into the next', () => {
  const set = setOf([...waves(1, 40), ...waves(1, 40, 2).map((each) => ({ ...each, series: 'other' }))]);
  const targets = (row: number): number[] => [...set.rows.targets.subarray(row * 4, row * 4 + 4)];
  expect(targets(39)).toEqual([NaN, NaN, NaN, NaN]);
  expect(targets(38).map(Number.isNaN)).toEqual([false, true, true, true]);
  expect(targets(40 + 20).some(Number.isNaN)).toBe(false);
});

test('windows of which no target is known are left out', () => {
  const constant = waves(1, 40).map((each) => ({ ...each, value: 5 }));
  expect(() => setOf(constant)).toThrow(expect.objectContaining({ code: 'TRAINING_DATA' }));
  expect(() => setOf(constant)).toThrow(
    /no window to learn from: expected values that differ.* over 40 readings, of which none has a target/,
  );
  const { rows } = setOf(waves(1, 40));
  rows.targets.fill(Number.NaN, 6 * 4, 8 * 4);
  expect(knownTargets(rows, 0, { steps: 8, scored: 4 })).toBe(8);
  expect(knownTargets(rows, 0, { steps: 8, scored: 2 })).toBe(0);
});

test('a series that is too short is counted, and the others are used', () => {
  const short = waves(1, 7, 2).map((each) => ({ ...each, series: 'short' }));
  expect(setOf([...waves(1, 40), ...short])).toMatchObject({ series: 1, tooShort: 1, readings: 47 });
});

describe('too little', () => {
  test('to learn from', () => {
    expect(() => setOf(waves(3, 11))).toThrow(
      /no window to learn from: expected a series of about 1\d readings .*got 11 at most/,
    );
  });

  test('to validate with, unless nothing is to be', () => {
    const changes = 'train={steps: 12, scored: 12, validate: 0.1}';
    expect(() => setOf(waves(1, 40), changes)).toThrow(/no window to validate with.*--validate 0/);
    const set = setOf(waves(1, 40), changes, 'train.validate=0');
    expect([set.validate.length, [...set.train]]).toEqual([0, [0, 12, 24]]);
  });
});

test('the fingerprint is that of readings and windows', () => {
  const { fingerprint } = setOf(waves(2, 40));
  expect(setOf(waves(2, 40)).fingerprint).toBe(fingerprint);
  const [first, ...rest] = waves(2, 40);
  expect(setOf([{ ...first!, value: first!.value + 1 }, ...rest]).fingerprint).not.toBe(fingerprint);
  expect(setOf(waves(2, 40), 'train.validate=0.3').fingerprint).not.toBe(fingerprint);
});

test('no window goes through a change of h and C that it does not make itself', () => {
  const { train, model } = quickSettings('x.csv', 'train={steps: 8, scored: 4, validate: 0}');
  const gapped = waves(1, 41).toSpliced(20, 3); // steps 21, 22, 23 are missing
  const of = (gaps: string): TrainingSet => trainingSet(historiesOf(gapped, gaps), 1, model.horizon!, train);
  expect([...of('hold').train]).toEqual([0, 4, 8, 12, 16, 20, 24, 28]);
  expect([...of('decay').train]).toEqual([0, 4, 8, 12, 20, 24, 28]);
  expect([...of('reset').train]).toEqual([...of('decay').train]);
  const masked = of('mask');
  expect([...masked.train]).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32]);
  expect([masked.readings, masked.rows.inputs.length]).toEqual([38, 41 * masked.inputWidth]);
});
