import { expect, test } from 'vitest';
import { report } from '../../src/cli/report.ts';
import type { RunStatus } from '../../src/serve/status.ts';

const status: RunStatus = {
  pipeline: 'p',
  state: 'done',
  message: '',
  readings: 123_456,
  earlierReadings: 0,
  readingsPerSecond: 0,
  series: 15,
  partitions: 3,
  waiting: 0,
  progress: 1,
  eventTime: 0,
  replay: null,
  alerts: null,
  deadLetters: { late: 1234, malformed: 1 },
  events: { 'drift-up': 1002, 'coverage-low': 1 },
  bytesPerSeries: 7008,
  model: { name: 'lstm16', cell: 'lstm', hidden: 16 },
  nominalCoverage: 0.9,
  summary: [
    { h: '01', againstLast: 0.77, againstSeason: 0.5, coverage: 0.901, liveCoverage: 0.884 },
    { h: '012', againstLast: 1.25, againstSeason: null, coverage: null, liveCoverage: null },
  ],
  data: '.foretide/p.db',
  startedAt: 0,
};

/** The cells of each line of the tables. */
const cells = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.includes('│'))
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

test('says how much, how fast, with what, what was set aside, and where the data lies', () => {
  expect(cells(report(status, 10)).slice(0, 6)).toEqual([
    ['Readings', '123,456 in this run, 15 series'],
    ['Speed', '12,346 readings/s over 10.0 s'],
    ['Model', 'lstm16: lstm, hidden 16; 7,008 bytes a series'],
    ['Set aside', '1,234 late, 1 malformed'],
    ['Events', '1,002 drift-up, 1 coverage-low'],
    ['Data', '.foretide/p.db'],
  ]);
});

test('says how good, by horizon; what is not known is a dash', () => {
  expect(cells(report(status, 10)).slice(6)).toEqual([
    [
      'Steps ahead',
      'Error against the last value',
      'against the same time yesterday',
      'Within the 90 % band',
      'lately',
    ],
    ['1', '23.0 % better', '50.0 % better', '90.1 %', '88.4 %'],
    ['12', '25.0 % worse', '–', '–', '–'],
  ]);
});

test('of a run of nothing is a table all the same', () => {
  const nothing = report({ ...status, readings: 0, deadLetters: {}, events: {}, summary: [] }, 0);
  expect(cells(nothing)).toContainEqual(['Set aside', 'nothing']);
  expect(cells(nothing)).toContainEqual(['Events', 'none']);
  expect(cells(nothing)).toContainEqual(['Speed', '0 readings/s over 0.0 s']);
  expect(nothing).not.toMatch(/NaN|Infinity|undefined|null/);
});

test('has no colours: it goes to files and pipes, too', () => {
  // eslint-disable-next-line no-control-regex
  expect(report(status, 1)).not.toMatch(/\u001b/);
});
