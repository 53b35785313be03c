import { expect, test } from 'vitest';
import { EVENT_KINDS } from '../../src/detect/events.ts';
import { DEAD_REASONS } from '../../src/frame.ts';
import { DURATIONS } from '../../src/metrics/durations.ts';
import { MEASURES } from '../../src/metrics/measures.ts';
import type { RunFigures } from '../../src/metrics/run-figures.ts';
import { VERSION } from '../../src/version.ts';
import { figuresOf } from './figures.ts';

/** The values of a metric by those of its labels; null is none. */
function read(name: string, more: Partial<RunFigures> = {}): Record<string, number | null> {
  const measure = MEASURES.find((one) => one.name === `foretide_${name}`)!;
  const samples = measure.read(figuresOf(more));
  return Object.fromEntries(
    samples.map(({ labels, value }) => [measure.labels.map((label) => labels[label]).join(), value]),
  );
}

/** https://prometheus.io/docs/practices/naming/: a metric ends with its unit, or with what it counts. */
const UNITS = /_(seconds|bytes|ratio|total|info|records|offset|ready|alerts|partitions|series)$/;

test('every metric has a name, a unit and a help text as Prometheus wants them', () => {
  const names = [...MEASURES, ...DURATIONS].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, help } of [...MEASURES, ...DURATIONS]) {
    expect(name).toMatch(/^foretide_[a-z_]+$/);
    expect(name).toMatch(UNITS);
    expect(help).toMatch(/^[A-Z].{20,}\.$/);
  }
  for (const { name, type } of MEASURES)
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
  for (const { name, buckets } of DURATIONS) {
    expect(name).toMatch(/_seconds$/);
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
  }
});

test('every sample has the labels that its metric declares', () => {
  for (const { name, labels, read: of } of MEASURES)
    for (const sample of of(figuresOf()))
      expect([name, ...Object.keys(sample.labels).toSorted()]).toEqual([name, ...labels.toSorted()]);
});

test('says what runs', () => {
  expect(read('build_info')).toEqual({
    [`${VERSION},anomaly-alerts,lstm32,0123456789ab`]: 1,
  });
});

test('what is counted by a closed list has each of it from the beginning, and what is none of it as other', () => {
  const none = Object.fromEntries(DEAD_REASONS.map((reason) => [reason, 0]));
  expect(read('dead_letters_total')).toEqual({ ...none, late: 3, malformed: 1 });
  const invented = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`reason ${i}`, 2]));
  expect(read('dead_letters_total', { deadLetters: { ...invented, late: 3 } })).toEqual({
    ...none,
    late: 3,
    other: 2000,
  });
  expect(Object.keys(read('events_total', { events: { strange: 1 } }))).toEqual([...EVENT_KINDS, 'other']);
  expect(read('alert_turns_total')).toMatchObject({ 'firing,critical': 2, 'firing,warning': 0 });
  expect(Object.keys(read('alert_turns_total', { alertTurns: { 'odd/worse': 1 } }))).toHaveLength(9);
});

test('the number of samples does not grow with the series', () => {
  const count = (series: number): number => {
    const partitions = figuresOf().partitions.map((one) => ({ ...one, series }));
    return MEASURES.reduce((sum, one) => sum + one.read(figuresOf({ partitions })).length, 0);
  };
  expect(count(1_000_000)).toBe(count(1));
});

test('times are seconds since 1970, and what is not known has no value', () => {
  expect(read('last_commit_timestamp_seconds')).toEqual({ 0: 1_767_225_600.5, 4: null });
  expect(read('watermark_timestamp_seconds')).toEqual({ 0: 1_767_225_600, 4: null });
  expect(read('committed_offset')).toEqual({ 0: 1204, 4: null });
  expect(read('lag_records')).toEqual({ 0: 12, 4: null });
  expect(read('progress_ratio')).toEqual({ '': null });
  expect(read('progress_ratio', { progress: 0.25 })).toEqual({ '': 0.25 });
  expect(read('sink_away_seconds', { sink: null })).toEqual({ '': null });
  expect(read('route_pending_alerts')).toEqual({ mail: 1, am: null });
});

test('errors and coverage by steps ahead, alerts that stand, deliveries by route', () => {
  expect(read('forecast_error_ratio')).toEqual({ '01,last': 0.8, '01,season': null });
  expect(read('forecast_coverage_ratio')).toEqual({ '01': 0.91 });
  expect(read('alerts')).toEqual({
    'pending,warning': 0,
    'pending,critical': 0,
    'firing,warning': 0,
    'firing,critical': 1,
  });
  expect(read('route_deliveries_total')).toEqual({
    'mail,told': 2,
    'mail,refused': 1,
    'am,told': 3,
    'am,refused': 0,
  });
  expect(read('ready', { isReady: false })).toEqual({ '': 0 });
});
