import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DeadLetter } from '../../src/frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { Monitor } from '../../src/run/monitor.ts';
import type { Committed, Task } from '../../src/run/task.ts';
import type { Source } from '../../src/source/source.ts';
import { pointsOf } from '../sink/points.ts';
import { scoreSlots } from './scores.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'Date'], now: 1_700_000_000_000 }));
afterEach(() => void vi.useRealTimers());

const model = createModel(ModelSettings.parse({ hidden: 2, horizon: 2 }), 3);

function monitorOf(
  tasks: { memory: Memory; clock: number; committedReadings?: number }[] = [],
  progress?: () => number,
): Monitor {
  return new Monitor({
    pipeline: 'p',
    model,
    data: 'a.db',
    source: (progress ? { progress } : {}) as Source,
    tasks: () => tasks.map((task) => ({ committedReadings: 0, ...task })) as unknown as Task[],
  });
}

function memoryWith(series: number, ratio = 0): Memory {
  const memory = new Memory();
  const { begin, put } = scoreSlots(memory, model.channels, [1, 2]);
  for (let i = 0; i < series; i++) put(`s${i}`, 0, 0, { error: ratio, last: 1 });
  begin();
  return memory;
}

const committed = (readings: number, ...reasons: DeadLetter['reason'][]): Committed => ({
  next: 0,
  points: [],
  readings,
  gone: [],
  dead: reasons.map((reason) => ({ reason, offset: 7, detail: 'odd', series: '', bytes: null })),
});

test('a run that has just begun', () => {
  expect(monitorOf().status()).toEqual({
    pipeline: 'p',
    state: 'running',
    message: '',
    readings: 0,
    earlierReadings: 0,
    readingsPerSecond: 0,
    series: 0,
    partitions: 0,
    waiting: 0,
    progress: null,
    replay: null,
    eventTime: null,
    deadLetters: {},
    events: {},
    alerts: null,
    bytesPerSeries: 0,
    model: { name: 'lstm2', cell: 'lstm', hidden: 2 },
    nominalCoverage: 0.9,
    summary: [],
    data: 'a.db',
    startedAt: 1_700_000_000_000,
  });
});

test('readings of earlier runs are told apart from those of this one', () => {
  const monitor = monitorOf([{ memory: new Memory(), clock: 1, committedReadings: 12 }]);
  monitor.count({ partition: 0 }, committed(5));
  expect(monitor.status()).toMatchObject({ readings: 5, earlierReadings: 7 });
});

test('counts what is committed, and what was set aside by its reason', () => {
  const monitor = monitorOf();
  monitor.count({ partition: 0 }, committed(5, 'late', 'malformed'));
  monitor.count({ partition: 0 }, committed(2, 'late'));
  expect(monitor.readings).toBe(7);
  expect(monitor.status()).toMatchObject({ readings: 7, deadLetters: { late: 2, malformed: 1 } });
});

test('counts the events that are committed by their kind', () => {
  const monitor = monitorOf();
  const happened = (kind: string, ...series: string[]) =>
    pointsOf(
      ['value'],
      series.map((name, i) => [name, i, 1] as const),
      { measurement: 'event', tags: { kind, h: '01' } },
    );
  monitor.count(
    { partition: 0 },
    { ...committed(5), points: [happened('drift-up', 'a', 'b'), happened('relearn', 'a')] },
  );
  monitor.count(
    { partition: 0 },
    { ...committed(5), points: [happened('drift-up', 'a'), pointsOf(['value'], [['a', 9, 1]])] },
  );
  expect(monitor.status().events).toEqual({ 'drift-up': 3, relearn: 1 });
});

test('puts the partitions together: series of each channel, the newest event time', () => {
  const tasks = [
    { memory: memoryWith(2), clock: 5000 },
    { memory: memoryWith(1), clock: 9000 },
  ];
  expect(monitorOf(tasks, () => 0.25).status()).toMatchObject({
    series: 9,
    partitions: 2,
    eventTime: 9000,
    progress: 0.25,
    bytesPerSeries: tasks[0]!.memory.bytesPerSeries,
  });
});

test('the rate is that of the last seconds; of a run that has ended it is that of the whole', () => {
  const monitor = monitorOf();
  monitor.status();
  for (let second = 0; second < 20; second++) {
    vi.advanceTimersByTime(1000);
    monitor.count({ partition: 0 }, committed(100));
    expect(monitor.status().readingsPerSecond).toBeCloseTo(100, 9);
  }
  for (let second = 0; second < 20; second++) {
    vi.advanceTimersByTime(1000);
    monitor.count({ partition: 0 }, committed(1));
    monitor.status();
  }
  expect(monitor.status().readingsPerSecond).toBeCloseTo(1, 9);
  monitor.state('done');
  vi.advanceTimersByTime(60_000);
  expect(monitor.seconds).toBe(40);
  expect(monitor.status()).toMatchObject({ state: 'done', readingsPerSecond: 2020 / 40 });
});

test('says why a run failed; its end is the first one', () => {
  const monitor = monitorOf();
  vi.advanceTimersByTime(3000);
  monitor.state('failed', 'disk full');
  vi.advanceTimersByTime(3000);
  monitor.state('stopping');
  expect([monitor.seconds, monitor.status().state]).toEqual([3, 'stopping']);
  monitor.state('failed', 'disk full');
  expect(monitor.status()).toMatchObject({ state: 'failed', message: 'disk full' });
});

test('the summary is computed every two seconds while the run goes on, and anew at its end', () => {
  const tasks = [{ memory: memoryWith(1, 0.5), clock: 1 }];
  const monitor = monitorOf(tasks);
  const againstLast = (): number | null => monitor.status().summary[0]!.againstLast;
  expect(againstLast()).toBeCloseTo(0.5, 12);
  tasks[0] = { memory: memoryWith(1, 0.25), clock: 1 };
  vi.advanceTimersByTime(1900);
  expect(againstLast()).toBeCloseTo(0.5, 12);
  vi.advanceTimersByTime(200);
  expect(againstLast()).toBeCloseTo(0.25, 12);
  tasks[0] = { memory: memoryWith(1, 0.125), clock: 1 };
  monitor.state('done');
  expect(againstLast()).toBeCloseTo(0.125, 12);
});

test('of very many series the summary is over some of them, evenly spread, and of all at the end', () => {
  const memory = new Memory();
  const { begin, put } = scoreSlots(memory, model.channels, [1, 2]);
  for (let i = 0; i < 5002; i++) put(`s${i}`, 0, 0, { error: i % 2 === 0 ? 0.5 : 2, last: 1 });
  begin();
  const monitor = monitorOf([{ memory, clock: 1 }]);
  expect(monitor.status().summary[0]!.againstLast).toBeCloseTo(0.5, 9);
  monitor.state('done');
  expect(monitor.status().summary.map(({ h }) => h)).toEqual(['01', '02']);
  expect(monitor.status().summary[0]!.againstLast).toBeCloseTo(1, 9);
});

test('counts points by measurement, and turns of alerts by state and severity', () => {
  const monitor = monitorOf();
  const alert = (state: string, severity: string) =>
    pointsOf(['value'], [['a', 0, 1]], { measurement: 'alert', tags: { state, severity } });
  const readings = pointsOf(['value'], [['a', 0, 1], ['a', 1, 1]], { measurement: 'reading' }); // prettier-ignore
  monitor.count(
    { partition: 0 },
    {
      ...committed(2),
      points: [readings, alert('firing', 'critical'), alert('resolved', 'critical')],
    },
  );
  monitor.count({ partition: 0 }, { ...committed(2), points: [readings, alert('firing', 'critical')] });
  expect(monitor.counts()).toMatchObject({
    state: 'running',
    readings: 4,
    points: { reading: 4, alert: 3 },
    alertTurns: { 'firing/critical': 2, 'resolved/critical': 1 },
  });
});

test('event times before 1970 are times, too', () => {
  expect(monitorOf([{ memory: memoryWith(1), clock: -5000 }]).status().eventTime).toBe(-5000);
});
