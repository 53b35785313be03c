import { expect, test } from 'vitest';
import { ALERT_NUMBERS, type AlertTurn } from '../../src/alert/turn.ts';
import { AlertJournal } from '../../src/cli/alert-journal.ts';
import type { Labels } from '../../src/evaluate/alerts/labels.ts';
import type { Task } from '../../src/run/task.ts';
import { alertPoints } from '../../src/sink/alert-points.ts';
import type { Points } from '../../src/sink/points.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const TURN: AlertTurn = {
  ...(Object.fromEntries(ALERT_NUMBERS.map((name) => [name, NaN])) as Record<
    (typeof ALERT_NUMBERS)[number],
    number
  >),
  turn: 'firing',
  series: 'pump',
  time: START,
  since: START,
  severity: 'warning',
  reason: 'surprise',
  channel: '',
  score: 0.5,
  peak: 0.5,
  value: 61.2,
  expected: 88.4,
  lo: 80,
  hi: 95,
  isMuted: false,
  labels: {},
  offset: 1,
};
const fires = (hour: number, more: Partial<AlertTurn> = {}): AlertTurn => {
  const time = START + hour * HOUR;
  return { ...TURN, time, since: time, ...more };
};
const ends = (turn: AlertTurn, hours: number): AlertTurn => ({
  ...turn,
  turn: 'resolved',
  time: turn.time + hours * HOUR,
  reason: 'jump',
  value: 88,
});
const readings = (series: string, ...hours: readonly number[]): Points => ({
  measurement: 'reading',
  length: hours.length,
  series: hours.map(() => series),
  time: Float64Array.from(hours, (hour) => START + hour * HOUR),
  tags: {},
  fields: { value: new Float64Array(hours.length) },
  offset: new Float64Array(hours.length),
});

/** A journal, what it says, and commits of a partition. */
function journal({ labels, paths = [] }: { readonly labels?: Labels; readonly paths?: string[] } = {}) {
  const lines: string[] = [];
  const book = new AlertJournal({ labels, paths, print: (line) => lines.push(line) });
  const commit = (partition: number, ...points: readonly Points[]): void =>
    book.take({ partition } as Task, { next: 0, points, dead: [], readings: 0, gone: [] });
  return { lines, book, commit };
}

test('says that an alert fires and that it is over, with what it was about', () => {
  const { lines, book, commit } = journal();
  commit(0, ...alertPoints({ alerts: [fires(1)] }));
  expect(book.tables()).toMatch(/│ 2026-01-01 01:00 UTC │ still │ pump {3}│ warning {2}│ surprise │$/m);
  commit(0, ...alertPoints({ alerts: [ends(fires(1), 3)] }));
  expect(lines).toEqual([
    expect.stringMatching(/^2026-01-01 01:00 UTC {2}warning {3}pump: surprise .*got 61\.2, expected 88\.4/),
    expect.stringMatching(/^2026-01-01 04:00 UTC {2}resolved {2}pump: surprise .*got 61\.2.*: over$/),
  ]);
  expect(book.tables()).toMatch(/│ 2026-01-01 01:00 UTC │ 3\.0 h │/);
  expect(book.tables()).not.toContain('failure');
});

test('says nothing of what people are not told of, and the end of one from before this run', () => {
  const { lines, book, commit } = journal();
  const quiet = [fires(1, { isMuted: true }), fires(2, { turn: 'pending' }), fires(2, { turn: 'dropped' })];
  commit(0, ...alertPoints({ alerts: quiet }));
  expect(lines).toEqual([]);
  expect(book.tables()).toBe('No alerts.');
  commit(0, ...alertPoints({ alerts: [ends(fires(-5), 7)] }));
  expect(lines).toEqual([expect.stringMatching(/^2026-01-01 02:00 UTC {2}resolved {2}pump: jump/)]);
  expect(book.tables()).toBe('No alerts.');
});

test('series of one file share its failures; those of another have their own', () => {
  const around = (hour: number) => {
    const at = START + hour * HOUR;
    return [{ from: at - 5 * HOUR, at, to: at + HOUR }];
  };
  const { lines, book, commit } = journal({
    labels: new Map([
      ['a.csv', around(10)],
      ['fan', around(20)],
    ]),
    paths: ['/data/a.csv', '/data/b.csv'],
  });
  commit(0, readings('pump', 0, 30), readings('valve', 1));
  commit(1, readings('fan', 0, 30), readings('lamp', 2));
  commit(0, ...alertPoints({ alerts: [fires(7.5), fires(11, { series: 'valve' })] }));
  commit(1, ...alertPoints({ alerts: [fires(8, { series: 'lamp' })] }));
  expect(lines.map((line) => line.split('; ')[2])).toEqual([
    '2.5 h before the failure of 2026-01-01 10:00 UTC',
    '1.0 h after the failure of 2026-01-01 10:00 UTC',
    undefined,
  ]);
  const rows = book.tables().split('\n').slice(-4);
  expect(rows.slice(1, 3)).toEqual([
    '│ 2026-01-01 10:00 UTC │ 2.5 h before it │ 2      │',
    '│ 2026-01-01 20:00 UTC │ none            │ 0      │',
  ]);
});

test('the table has the last fifty', () => {
  const { book, commit } = journal();
  for (let hour = 0; hour < 1200; hour++) commit(0, ...alertPoints({ alerts: [fires(hour)] }));
  const table = book.tables();
  expect(table).toMatch(/^The last 50 of 1,200 alerts:\n/);
  expect(table.match(/ UTC │ still/g)).toHaveLength(50);
  expect(table).toContain(new Date(START + 1199 * HOUR).toISOString().slice(0, 10));
});

test('an alert that a late reading makes none, or not over, has a line, and goes from the table or stands again', () => {
  const { lines, book, commit } = journal();
  const [first, second] = [fires(1), fires(3)];
  const gone = (turn: AlertTurn, withdraws: 'firing' | 'resolved'): AlertTurn => ({
    ...turn,
    turn: 'withdrawn',
    withdraws,
    revision: 5,
  });
  commit(
    0,
    ...alertPoints({ alerts: [first, second, ends(second, 1), { ...first, revision: 4, isNews: false }] }),
  );
  commit(0, ...alertPoints({ alerts: [gone(ends(second, 1), 'resolved'), gone(first, 'firing')] }));
  expect(lines.length).toBe(5);
  expect(lines.at(-1)).toMatch(/resolved.*withdrawn, a late reading makes it none$/);
  expect(book.tables()).toMatch(/2026-01-01 03:00 UTC.*still/);
  expect(book.tables()).not.toContain('01:00 UTC');
});
