import { describe, expect, test } from 'vitest';
import { type ScaleConstants, scaleOnPaper, type ScalePlan } from './scale-paper.ts';

const MEASURED: ScaleConstants = {
  cpuSecondsPer100k: 1,
  bytesPerSeries: 5000,
  rssPerSeries: 6000,
  restoreSecondsPerSeries: 1e-4,
  growth: 1.6,
  generationEvery: 600,
  commitEvery: 0.5,
  sessionTimeout: 30,
};
const PLAN: ScalePlan = {
  readingsPerSecond: 1_000_000,
  series: 1_000_000,
  coresPerMachine: 16,
  load: 0.5,
  partitionsPerWorker: 2,
};

describe('scaleOnPaper', () => {
  test('is what one computes by hand', () => {
    // 16 µs a reading: 16 cores' time, 32 cores at half load
    const paper = scaleOnPaper(MEASURED, PLAN);
    expect(paper).toMatchObject({ machines: 2, workers: 32, partitions: 64, stateBytes: 5e9 });
    expect(paper.readingsPerSecondOfPartition).toBe(15_625);
    expect(paper.memoryPerMachine).toBe(3e9);
    expect(paper.rowsPerCommit).toBe(7812.5);
    expect(paper.transactionsPerSecond).toBe(128);
    // each reading is of another series: each writes a row
    expect(paper.rows.changelogBytesPerSecond).toBe(5e9);
    expect(paper.generations.changelogBytesPerSecond).toBeCloseTo(5e9 / 600);
    // 500,000 series by 16 workers
    expect(paper.rows.secondsUntilRestored).toBeCloseTo(30 + 3.125);
  });

  test('what two machines do at half load, one can only just do, and never catches up', () => {
    expect(scaleOnPaper(MEASURED, PLAN).rows.secondsUntilCaughtUp).toBe(Infinity);
  });

  test('with more room than one machine what waits is caught up with', () => {
    const { machines, rows, generations } = scaleOnPaper(MEASURED, { ...PLAN, readingsPerSecond: 4e6 });
    expect(machines).toBe(8);
    // 7 of 8 machines do 7 million a second, of which 4 come; a machine's half million a second waited for 30 s and the restore
    const restored = 30 + (125_000 / 112) * 1e-4;
    expect(rows.secondsUntilRestored).toBeCloseTo(restored);
    expect(rows.secondsUntilCaughtUp).toBeCloseTo(restored + (0.5e6 * restored) / 3e6);
    // and 600 s of it are taken in again first, beside the 3.5 million that are the others' own
    expect(generations.secondsUntilRestored).toBeCloseTo(restored + (0.5e6 * 600) / 3.5e6);
  });

  test('a series writes one row a commit at most', () => {
    const { rows } = scaleOnPaper(MEASURED, { ...PLAN, series: 1000 });
    expect(rows.changelogBytesPerSecond).toBe((1000 * 5000) / 0.5);
  });
});
