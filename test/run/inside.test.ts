import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { silentLog } from '../../src/log.ts';
import type { Routes } from '../../src/route/routes.ts';
import { Inside } from '../../src/run/inside.ts';
import { Monitor } from '../../src/run/monitor.ts';
import { Tasks } from '../../src/run/tasks.ts';
import type { Ahead, Source } from '../../src/source/source.ts';
import { batch, KeptStore, partsWith, settingsWith } from './parts.ts';

let tasks: Tasks;
let ahead: ReadonlyMap<number, Ahead>;
let inside: Inside;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const settings = settingsWith('commit.readings=1');
  const parts = partsWith(new KeptStore(), { settings });
  tasks = new Tasks(parts, silentLog);
  const source = { name: 'a source', ahead: () => ahead } as unknown as Source;
  const monitor = new Monitor({
    pipeline: 'p',
    model: parts.model,
    data: 'd',
    source,
    tasks: () => tasks.all,
  });
  tasks.onCommit((task, committed) => monitor.count(task, committed));
  inside = new Inside({
    pipeline: liveForecast,
    settings,
    model: parts.model,
    source,
    tasks,
    monitor,
    routes: { facts: [] } as unknown as Routes,
  });
  await tasks.open(1);
  await tasks.open(0);
});
afterEach(async () => {
  vi.useRealTimers();
  await tasks.close();
});

test('each partition with its lag behind what the source has heard of its end', async () => {
  ahead = new Map([
    [0, { next: 7, end: 17 }],
    [1, { next: 20, end: 500 }],
  ]);
  await tasks.handle(batch(1, 0, 20, ['a', 'b']));
  vi.advanceTimersByTime(700);
  const [empty, some] = inside.facts().partitions;
  expect(empty).toMatchObject({
    partition: 0,
    position: null,
    lag: 10,
    series: 0,
    eventTime: null,
    commitAge: null,
  });
  expect(some).toMatchObject({
    partition: 1,
    position: 20,
    lag: 480,
    readings: 20,
    series: 2,
    eventTime: 19 * 60_000,
    commitAge: 700,
    restoreSeconds: 0,
  });
  expect(some!.stateBytes).toBe(2 * tasks.all[0]!.memory.bytesPerSeries);
});

test('of a source without ends the lag is not known', () => {
  ahead = new Map();
  expect(inside.facts().partitions.map(({ lag }) => lag)).toEqual([null, null]);
});

test('settings that say what is done, and no place', () => {
  ahead = new Map();
  const settings = new Map(inside.facts().settings);
  expect(settings.get('model.hidden')).toBe('2');
  expect(settings.get('forecast.profile')).toBe('light');
  const places = /^(input|output|deadLetters|routes|page|commands)\b/;
  expect([...settings.keys()].filter((path) => places.test(path))).toEqual([]);
});
