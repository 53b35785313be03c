import type { PipelineFacts } from '../../src/serve/pipeline-facts.ts';
import { showBytes } from '../../src/serve/show-bytes.ts';
import type { RunStatus } from '../../src/serve/status.ts';
import type { Points } from '../../src/sink/points.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 2, 4);

/** Horizons of the demo in steps of an hour. */
export const HORIZONS = ['01', '03', '06', '12', '24'] as const;

interface Sensor {
  readonly name: string;
  /** What the sensor does without noise, at hour `t`. */
  readonly course: (t: number) => number;
  readonly noise: number;
  /** Hours at which it shows something that nobody could have expected, and by how many times the noise. */
  readonly shocks: Readonly<Record<number, number>>;
}

const day = (t: number, peak: number): number => Math.cos(((t - peak) / 24) * 2 * Math.PI);
const isWeekend = (t: number): boolean => Math.floor(t / 24) % 7 >= 5;

const SENSORS: readonly Sensor[] = [
  {
    name: 'grid/north/load-mw',
    course: (t) => 412 + 96 * day(t, 18) + 34 * day(2 * t, 16) - (isWeekend(t) ? 58 : 0),
    noise: 9,
    shocks: { 151: -9, 232: 8, 262: 11 },
  },
  {
    name: 'grid/south/load-mw',
    course: (t) => 288 + 61 * day(t, 17) + 22 * day(2 * t, 15) - (isWeekend(t) ? 41 : 0),
    noise: 7,
    shocks: {},
  },
  {
    name: 'plant-2/boiler/return-temp-c',
    course: (t) => 54.2 + 3.1 * day(t, 7) + 1.4 * Math.sin(t / 37),
    noise: 0.35,
    shocks: { 188: 9, 189: 7, 290: -8 },
  },
  {
    name: 'river/weir-7/level-m',
    course: (t) => 2.41 + 0.22 * Math.sin(t / 61) + 0.9 * Math.exp(-(((t - 205) / 22) ** 2)),
    noise: 0.012,
    shocks: {},
  },
  {
    name: 'road/a9/vehicles-per-hour',
    course: (t) => (isWeekend(t) ? 900 : 1480) * (1.08 + day(t, 14)) + 220 * (1 + day(2 * t, 8)),
    noise: 70,
    shocks: { 171: -8 },
  },
  {
    name: 'greenhouse/3/humidity-percent',
    course: (t) => 71 - 11 * day(t, 14) + 2.5 * Math.sin(t / 50),
    noise: 1.1,
    shocks: {},
  },
];

/** A normal number that is the same for the same series and hour: no state, so that any hour can be asked for. */
function normal(seed: number, t: number): number {
  let x = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(t + 7, 0x85ebca6b);
  let sum = 0;
  for (let i = 0; i < 12; i++) {
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
    x ^= x >>> 15;
    sum += (x >>> 0) / 2 ** 32;
  }
  return sum - 6;
}

/** Wanders slowly around 0 with spread of about 1: what a forecast made hours ago cannot know. */
function drift(seed: number, t: number): number {
  let sum = 0;
  for (let lag = 0; lag < 30; lag++) sum += 0.9 ** lag * normal(seed, t - lag);
  return sum * 0.43;
}

function actual(seed: number, t: number): number {
  const { course, noise, shocks } = SENSORS[seed]!;
  return course(t) + noise * (1.4 * drift(seed, t) + 0.5 * normal(seed + 50, t) + (shocks[t] ?? 0));
}

/** What was forecast `h` hours before `t`: it knows the course, and forgets the drift the farther it looks. */
function forecast(seed: number, t: number, h: number): { yhat: number; spread: number } {
  const { course, noise } = SENSORS[seed]!;
  const known = 0.9 ** h;
  const yhat = course(t) + noise * (1.4 * known * drift(seed, t - h) + 0.25 * normal(seed + 90 + h, t));
  return { yhat, spread: noise * 1.645 * Math.sqrt(0.35 + 1.96 * (1 - known ** 2)) };
}

/** The points that hour `t` brings to every sensor: its reading, its forecasts, an anomaly and an event where there is one. */
export function demoHour(t: number): Points[] {
  const rows = SENSORS.map((_, seed) => seed);
  const series = SENSORS.map(({ name }) => name);
  const offset = Float64Array.from(rows, (seed) => t * rows.length + seed);
  const points: Points[] = [
    {
      measurement: 'reading',
      length: rows.length,
      series,
      time: new Float64Array(rows.length).fill(START + t * HOUR),
      tags: {},
      fields: { value: Float64Array.from(rows, (seed) => actual(seed, t)) },
      offset,
    },
  ];
  for (const h of HORIZONS) {
    const ahead = Number(h);
    const made = rows.map((seed) => forecast(seed, t + ahead, ahead));
    points.push({
      measurement: 'forecast',
      length: rows.length,
      series,
      time: new Float64Array(rows.length).fill(START + (t + ahead) * HOUR),
      tags: { model: 'demo', h },
      fields: {
        yhat: Float64Array.from(made, ({ yhat }) => yhat),
        lo: Float64Array.from(made, ({ yhat, spread }) => yhat - spread),
        hi: Float64Array.from(made, ({ yhat, spread }) => yhat + spread),
      },
      offset,
    });
  }
  for (const seed of rows.filter((row) => t in SENSORS[row]!.shocks)) {
    const { yhat, spread } = forecast(seed, t, 1);
    const value = actual(seed, t);
    points.push({
      measurement: 'anomaly',
      length: 1,
      series: [series[seed]!],
      time: Float64Array.of(START + t * HOUR),
      tags: {},
      fields: {
        value: Float64Array.of(value),
        score: Float64Array.of(Math.abs(value - yhat) / (spread / 1.645)),
        expected: Float64Array.of(yhat),
        lo: Float64Array.of(yhat - spread),
        hi: Float64Array.of(yhat + spread),
      },
      offset: Float64Array.of(offset[seed]!),
    });
  }
  return [...points, ...demoEvents(t)];
}

const DEMO_EVENTS: readonly { t: number; kind: string; h: string; value: number; expected: number }[] = [
  { t: 233, kind: 'drift-up', h: '01', value: 71.6, expected: 9.3 },
  { t: 233, kind: 'relearn', h: '01', value: 71.6, expected: 9.3 },
  { t: 264, kind: 'coverage-low', h: '06', value: 0.868, expected: 0.9 },
  { t: 288, kind: 'coverage-back', h: '06', value: 0.886, expected: 0.9 },
];

/** What happens to the forecasts of the first sensor at hour `t`. */
function demoEvents(t: number): Points[] {
  return DEMO_EVENTS.filter((event) => event.t === t).map(({ kind, h, value, expected }) => ({
    measurement: 'event',
    length: 1,
    series: [SENSORS[0]!.name],
    time: Float64Array.of(START + t * HOUR),
    tags: { model: 'demo', kind, h },
    fields: {
      value: Float64Array.of(value),
      expected: Float64Array.of(expected),
      width: Float64Array.of(NaN),
    },
    offset: Float64Array.of(t * SENSORS.length),
  }));
}

/** The points of hours `from` to `to - 1`. */
export function demoHours(from: number, to: number): Points[] {
  return Array.from({ length: to - from }, (_, i) => demoHour(from + i)).flat();
}

/** The status of a demo run after hour `t`; `over` changes what the test is about. */
export function demoStatus(t: number, over: Partial<RunStatus> = {}): RunStatus {
  return {
    pipeline: 'live-forecast',
    state: 'running',
    message: '',
    readings: (t + 1) * SENSORS.length,
    earlierReadings: 0,
    readingsPerSecond: 412.3,
    series: SENSORS.length,
    partitions: 3,
    waiting: 0,
    progress: null,
    replay: null,
    eventTime: START + t * HOUR,
    deadLetters: { duplicate: 12, late: 3, malformed: 1 },
    events: { 'drift-up': 2, relearn: 1 },
    alerts: null,
    bytesPerSeries: 2248,
    model: { name: 'demo', cell: 'lstm', hidden: 64 },
    nominalCoverage: 0.9,
    summary: [
      { h: '01', againstLast: 0.71, againstSeason: 0.52, coverage: 0.913, liveCoverage: 0.893 },
      { h: '03', againstLast: 0.58, againstSeason: 0.6, coverage: 0.907, liveCoverage: 0.887 },
      { h: '06', againstLast: 0.44, againstSeason: 0.66, coverage: 0.902, liveCoverage: 0.882 },
      { h: '12', againstLast: 0.37, againstSeason: 0.74, coverage: 0.894, liveCoverage: 0.874 },
      { h: '24', againstLast: 0.79, againstSeason: 1.06, coverage: 0.861, liveCoverage: 0.841 },
    ],
    data: '.foretide/live-forecast.sqlite',
    startedAt: Date.UTC(2024, 2, 18, 9, 30),
    ...over,
  };
}

/** The inside of a demo run. */
export function demoFacts(): PipelineFacts {
  return {
    about: 'Forecasts every series of a live stream.',
    source: 'kafka readings',
    partitions: [
      {
        partition: 0,
        position: 5000,
        lag: 1234,
        readings: 4990,
        series: 3,
        eventTime: START + 299 * HOUR,
        commitAge: 420,
        restoreSeconds: 1.25,
        stateBytes: 6744,
      },
      {
        partition: 1,
        position: null,
        lag: 0,
        readings: 0,
        series: 0,
        eventTime: null,
        commitAge: null,
        restoreSeconds: 0,
        stateBytes: 0,
      },
    ],
    memory: { resident: 212_000_000, heap: 50_000_000, state: 1_500_000 },
    deadLetters: [
      {
        partition: 0,
        offset: 4801,
        reason: 'missing',
        detail: 'expected a field value, got none',
        series: '',
        record: {
          ...showBytes(Buffer.from('{"sensor":"<img src=x onerror=alert(1)>"}')),
          bytes: 90_000,
          isCut: true,
        },
      },
      {
        partition: 1,
        offset: 12,
        reason: 'malformed',
        detail: 'expected JSON',
        series: '',
        record: showBytes(Uint8Array.of(0, 255, 16)),
      },
      { partition: 0, offset: 3, reason: 'missing', detail: 'expected a value', series: '', record: null },
    ],
    routes: [
      {
        name: 'ops',
        receiver: 'webhook https://alerts.example',
        told: 7,
        refused: 1,
        firing: 1,
        awaySeconds: 12,
      },
    ],
    model: { fingerprint: 'f6c0e9221495b7004eda7c2557a5687f', origin: 'package', horizon: 24 },
    stateFingerprint: '914be0f2eb49a352bf87ac43981e96db',
    arithmetic: 9,
    settings: [
      ['model.cell', 'lstm'],
      ['forecast.profile', 'light'],
    ],
  };
}
