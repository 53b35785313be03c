import { expect, test } from 'vitest';
import { figuresOf, settled, verdictOf } from './soak-figures.ts';
import type { SoakLine, SoakSample } from './soak-samples.ts';

const MIB = 1024 * 1024;

function sample(at: number, life: number, rss: number): SoakSample {
  const none = { rss, threads: 9, handles: 30, handlesByKind: {}, cpu: at / 2 };
  const disk = { input: MIB, changelog: 5 * MIB, kafkaOwn: 0, kafkaRest: 0, influxdb: at * 1000, worker: 0 };
  const run = {
    heapUsed: 50 * MIB,
    external: 100 * MIB,
    loopP99: 0.02,
    resources: { Timeout: 9, TCPSocketWrap: 10 },
    series: 1050,
    lag: 10,
    committed: at * 100,
    deadLetters: 0,
    failedCommits: 0,
  };
  return { kind: 'sample', at, life, worker: none, run, disk, kafka: none, influxdb: null };
}

/** Two lives of an hour; the first one's memory grows. */
const LINES: readonly SoakLine[] = [
  ...Array.from({ length: 360 }, (_, i) => sample(10 * i, 1, 300 * MIB + (i / 360) * 30 * MIB)),
  { kind: 'event', at: 3600, what: 'worker killed' },
  ...Array.from({ length: 360 }, (_, i) => sample(3600 + 10 * i, 2, 300 * MIB)),
];

test('what grows in one life of the worker and not in the other is told of each', () => {
  const [first, second] = figuresOf(LINES).filter(({ name }) => name === 'worker: RSS');
  expect([first!.life, first!.verdict]).toEqual([1, 'yes']);
  expect(first!.slope!.perHour).toBeCloseTo(30, 6);
  expect([second!.life, second!.verdict]).toEqual([2, 'no']);
});

test('what lies on disk has one life; bytes of InfluxDB are held against the readings that were committed', () => {
  const bytes = figuresOf(LINES).filter(({ name }) => name === 'disk: InfluxDB, by reading');
  expect(bytes.map(({ life, verdict }) => [life, verdict])).toEqual([[1, 'no']]);
  expect(bytes[0]!.slope!.level).toBeCloseTo(10, 9);
  const told = figuresOf(LINES).find(({ name }) => name === 'disk: InfluxDB')!;
  expect([told.bound, told.verdict]).toEqual([null, null]);
});

test('the warm-up is ten minutes, or a tenth of a long life', () => {
  const hours = (n: number) => Array.from({ length: 360 * n + 1 }, (_, i) => [10 * i, 1] as const);
  expect(settled(hours(1), [])[0]![0]).toBe(600);
  expect(settled(hours(3), [])[0]![0]).toBe(1080);
  expect(settled(hours(1), [], 1800)[0]![0]).toBe(1800);
});

test('what comes within three minutes after a restart is left out', () => {
  const points = Array.from({ length: 361 }, (_, i) => [10 * i, 1] as const);
  const left = points.filter(([at]) => at >= 600).length - settled(points, [1800]).length;
  expect(left).toBe(18);
  expect(settled(points, [1800]).map(([at]) => at)).toContain(1790);
  expect(settled(points, [1800]).map(([at]) => at)).toContain(1980);
});

test('a verdict is open where the bound lies within the interval', () => {
  const slope = { perHour: 2, low: 1, high: 3, level: 100, samples: 100 };
  expect([0.9, 1, 2, 3, 3.1].map((bound) => verdictOf(slope, bound))).toEqual([
    'yes',
    'open',
    'open',
    'no',
    'no',
  ]);
});
