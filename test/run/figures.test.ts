import { afterAll, expect, test } from 'vitest';
import { countStanding } from '../../src/alert/standing.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { RunMetrics } from '../../src/metrics/run-metrics.ts';
import { Figures, type FiguresParts } from '../../src/run/figures.ts';
import { Monitor } from '../../src/run/monitor.ts';
import type { Task } from '../../src/run/task.ts';
import { settingsWith } from './parts.ts';
import { scoreSlots } from './scores.ts';

const model = createModel(ModelSettings.parse({ hidden: 2, horizon: 2 }), 1);
const memories: Memory[] = [];
afterAll(() => {
  for (const memory of memories) memory.release();
});

/** A Memory of so many series, all of which were scored at so many horizons; every tenth has an alert. */
function memoryOf(series: number, horizons: number): Memory {
  const memory = new Memory();
  memories.push(memory);
  const alert = memory.series('alert', 'f64', 8);
  const { begin, put } = scoreSlots(
    memory,
    1,
    Array.from({ length: horizons }, (_, q) => q + 1),
  );
  for (let i = 0; i < series; i++) {
    put(`s${i}`, 0, 0, { error: 1, last: 2, bands: 10, covered: 9, coverage: 0.9 });
    if (i % 10 > 0) continue;
    const { f64 } = memory.view();
    // phase, since, calm since, peak
    f64.set(i % 20 === 0 ? [2, 5, 0, 0.8] : [1, 5, 0, 0.6], alert.at(i));
  }
  begin();
  return memory;
}

function figuresOf(tasks: readonly object[], more: Partial<FiguresParts> = {}): Figures {
  const all = tasks as Task[];
  // it has not been told yet that what it handed over last was taken in
  const source = { ahead: () => new Map([[0, { next: 120, end: 135 }]]) };
  const monitor = new Monitor({
    pipeline: 'p',
    model,
    data: '',
    source: source as never,
    tasks: () => all,
  });
  return new Figures({
    pipeline: 'p',
    settings: settingsWith('forecast.level=0.8'),
    model,
    source,
    sink: undefined,
    monitor,
    tasks: { all, waiting: 0, waitingOf: (partition) => (partition === 0 ? 1500 : 0) },
    routes: { figures: () => [] },
    ...more,
  });
}

const taskOf = (partition: number, more: object = {}) => ({
  partition,
  memory: memoryOf(3, 2),
  next: 100,
  position: 130,
  watermark: 7000,
  ...more,
});

test('the lag is all that is not committed, each record once; unknown where nothing was heard', () => {
  const { partitions } = figuresOf([taskOf(0), taskOf(1, { next: null, position: null })]).read();
  expect(partitions).toMatchObject([
    { partition: 0, lag: 35, offset: 100, uncommitted: 1.5, series: 3, watermark: 7000 },
    { partition: 1, lag: undefined, offset: null, uncommitted: 0 },
  ]);
  expect(partitions[0]!.stateBytes).toBeGreaterThan(3 * partitions[0]!.series);
});

test('settings that only some pipelines have, and the progress that /health/ready has', () => {
  const parts = { all: [], waiting: 60_000, waitingOf: () => 0 };
  expect(figuresOf([]).read()).toMatchObject({ level: 0.8, isReady: true, alerts: null, sink: null });
  expect(figuresOf([], { tasks: parts }).read().isReady).toBe(false);
});

test('commits that have failed are counted, other work is not; when a task was committed is told of it alone', () => {
  const [one, other] = [taskOf(0), taskOf(1)];
  const figures = figuresOf([one, other]);
  figures.worked({ work: 'commit', seconds: 1, isFailed: true });
  figures.worked({ work: 'commit', seconds: 1, isFailed: false });
  figures.worked({ work: 'restore', seconds: 1, isFailed: true });
  figures.committed(one as unknown as Task);
  const { failedCommits, partitions } = figures.read();
  expect(failedCommits).toBe(1);
  expect(partitions[0]!.committedAt).toBeCloseTo(Date.now(), -4);
  expect(partitions[1]!.committedAt).toBeUndefined();
});

test('alerts that stand, by state and severity', () => {
  expect(countStanding(memoryOf(40, 1), 0.7)).toEqual({
    'firing/critical': 2,
    'firing/warning': 0,
    'pending/critical': 0,
    'pending/warning': 2,
  });
  expect(countStanding(new Memory(), 0.7)).toBeNull();
  const both = { ...settingsWith(), alerts: { critical: 0.7 } };
  const tasks = [taskOf(0, { memory: memoryOf(40, 1) }), taskOf(1, { memory: memoryOf(20, 1) })];
  expect(figuresOf(tasks, { settings: both }).read().alerts).toMatchObject({
    'firing/critical': 3,
    'pending/warning': 3,
  });
});

test('with 100,000 series known a scrape is short and quick', async () => {
  const figures = figuresOf([taskOf(0, { memory: memoryOf(100_000, 12) })]);
  const metrics = new RunMetrics(() => figures.read());
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const began = performance.now();
    const text = await metrics.text();
    times.push(performance.now() - began);
    expect(text).toContain('foretide_series{partition="0"} 100000');
    expect(text.length).toBeLessThan(40_000);
  }
  // a quiet machine takes 3 to 7 ms; all horizons of all series would be seconds
  expect(Math.min(...times)).toBeLessThan(500);
});
