import { expect, test } from 'vitest';
import { type Aligned, align, AlignSettings } from '../../src/align/align.ts';
import { recur, type Recurred } from '../../src/cell/recur.ts';
import { detect, type Detected } from '../../src/detect/detect.ts';
import { BAND, bandScale, startOf, trackBand, trackReach } from '../../src/forecast/band.ts';
import { LIVE, standing, turnTo } from '../../src/forecast/coverage.ts';
import { forecast, type Forecasted } from '../../src/forecast/forecast.ts';
import { matured } from '../../src/forecast/matured.ts';
import { headMoves } from '../../src/forecast/model-head.ts';
import { OUTER_LEVEL } from '../../src/forecast/outer-band.ts';
import { ringPlace } from '../../src/forecast/ring.ts';
import { count, COUNTS, score, type Scored, SUMS } from '../../src/forecast/score.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import { inUnits, tell } from '../../src/forecast/told.ts';
import type { Frame } from '../../src/frame.ts';
import { DRIFT, trackDrift, usualSize } from '../../src/learn/drift.ts';
import { learn } from '../../src/learn/learn.ts';
import { fromBfloat16 } from '../../src/maths/bfloat16.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { scale, type Scaled, ScaleSettings } from '../../src/scale/scale.ts';
import { seededRandom } from '../../src/model/random.ts';
import { frameOf, type TestReading, through } from '../frames.ts';
import { sameNumbers } from '../hostile.ts';

/**
 * The stages ask the kernel about all rows of a block at once. Here each row's channels are computed one by one, by the references, from what stood
 * in Memory before, and must be the same bits.
 */
const HORIZONS = [1, 2, 5, 7];
const [Q, H, CHANNELS, T] = [HORIZONS.length, 3, 3, 2];
const LEVELS = [0.5, 0.8, 0.98];
const SEASON = 4;
const RATE = 0.03;
const RING = 8;
const [NEAR, PAST] = [2, SEASON + 1];
const WATCHED = [2, 7];
const LEVEL = 0.98;
const MAIN = 2;
const TOLERANCE = 0.01;
const BANDS = { levels: LEVELS, main: MAIN, rate: RATE, start: LEVELS.map(startOf) };
const OUTER = { levels: [OUTER_LEVEL], main: 0, rate: RATE, start: [startOf(OUTER_LEVEL)] };
const BASE = 10;

type Numbers = Readonly<Record<string, readonly number[]>>;
type Columns = Frame & Aligned & Scaled & Recurred & Forecasted & Scored & Detected;

/** How large the noise is: it grows at once, and later comes and goes. */
function loudness(step: number): number {
  if (step < 900) return step < 600 ? 1 : 8;
  return step % 100 < 50 ? 8 : 400;
}

/** The stages, and what stood in Memory between them. */
function rig() {
  const memory = new Memory();
  const model = createModel(ModelSettings.parse({ hidden: H, horizon: RING - 1 }), CHANNELS);
  const settings = ForecastSettings.parse({
    learn: 'none',
    horizons: HORIZONS,
    targets: ['0', '2'],
    level: LEVEL,
    levels: LEVELS,
    season: SEASON,
    bandRate: RATE,
    store: WATCHED,
    coverageTolerance: TOLERANCE,
  });
  const before = [
    align(memory, AlignSettings.parse({ every: '1m' })),
    scale(memory, CHANNELS, ScaleSettings.parse({})),
    recur(memory, model, settings),
    forecast(memory, model, settings),
  ] as const;
  const scores = score(memory, model, settings);
  const detects = detect(memory, model, settings);
  const learns = learn(memory, model, settings);
  const seen = (rows: Int32Array): Numbers[] => Array.from(rows, (row) => memory.numbers(row));
  return {
    memory,
    model,
    push: (readings: readonly TestReading[]) => {
      const frame = frameOf(memory, readings);
      const [forecasted] = through((source) => source.pipe(...before), frame);
      const told = seen(forecasted!.series);
      const [scored] = through(scores, forecasted!);
      const counted = seen(forecasted!.series);
      const [detected] = through(detects, scored!);
      const looked = seen(forecasted!.series);
      through(learns, detected!);
      return { frame: detected!, told, counted, looked, learned: seen(forecasted!.series) };
    },
  };
}

test('a block is worked on as its rows and channels are one by one', () => {
  const { memory, model, push } = rig();
  const random = seededRandom(3);
  // more series than a block has rows; then few, for long: coverage is looked at from 1,000 targets on
  const runs = [...Array.from({ length: 40 }, () => 150), ...Array.from({ length: 1300 }, () => 2)];
  const reached = {
    noBand: 0,
    band: 0,
    nothing: 0,
    flat: 0,
    turns: 0,
    day: 0,
    wider: 0,
    anomalies: 0,
    grown: 0,
    shrunk: 0,
  };
  runs.forEach((series, step) => {
    const readings: TestReading[] = [];
    for (let s = 0; s < series; s++) {
      if (random() < 0.05) continue; // a gap
      const noise = random() * loudness(step) * 10 ** ((s % 7) - 3);
      const isFlat = s % 10 === 9;
      const values = [isFlat ? 5 : noise, random(), random() < 0.3 || s % 11 === 10 ? NaN : noise + s * 1e3];
      readings.push([`s${s}`, step * 60_000, values]);
    }
    if (readings.length === 0) return;
    const { frame, told, counted, looked, learned } = push(readings);
    if (step % 50 === 0) narrowOuterBand(frame.series[0]!);
    if (step % 150 === 0) raiseUsualError(frame.series.at(-1)!);
    const turns: object[] = [];
    for (let i = 0; i < frame.length; i++) {
      for (let c = 0; c < T; c++) {
        holdForecast(frame, i, c, told[i]!);
        holdBands(frame, i, c, counted[i]!, learned[i]!);
        holdDetected(frame, i, c, counted[i]!, looked[i]!);
        turns.push(...holdScore(frame, i, c, told[i]!, counted[i]!));
      }
    }
    expect(frame.coverageTurns).toEqual(turns);
    reached.turns += turns.length;
  });
  expect(Object.entries(reached).filter(([, times]) => times === 0)).toEqual([]);

  /** It is told at least as wide as the main one, and learns from there. */
  function narrowOuterBand(row: number): void {
    const at = memory.seriesSlot('band.outer.reach')!.at(row);
    memory.view().f32.set([0.25, 0.5], at);
  }

  /** Errors as they are have shrunk then. */
  function raiseUsualError(row: number): void {
    const at = memory.seriesSlot('drift')!.at(row);
    for (let c = 0; c < T; c++) memory.view().f64[at + c * DRIFT + 1]! *= 50;
  }

  /** What came of a channel, and what it is measured in. */
  function about(frame: Columns, i: number, c: number, numbers: Numbers) {
    const y = frame.value[i * frame.channels + frame.targets[c]!]!;
    const [anchor, unit] = [numbers['base']![c * BASE]!, numbers['base']![c * BASE + 1]!];
    const k = frame.index[i]!;
    return { y, anchor, unit, k };
  }

  /** What has come true with the reading at each horizon, and how far the main band of it reached. */
  function cameTrue(frame: Columns, i: number, c: number, numbers: Numbers) {
    const { y, unit, k } = about(frame, i, c, numbers);
    return HORIZONS.map((h, q) => {
      const place = ringPlace(k - h + RING, RING);
      const at = (place * T + c) * Q + q;
      const stamp = numbers['issued.index']![c * RING + place]!;
      const value = numbers['issued.value']![place * T + c]!;
      const move = numbers['issued.move']![at]!;
      const come = matured(h, k, y, unit, 0, stamp, value, move);
      const [above, below] = numbers['issued.reach']!.slice(2 * at, 2 * at + 2).map(
        (x) => unit * fromBfloat16(x),
      );
      return { ...come, value, move, above: above!, below: below! };
    });
  }

  function holdForecast(frame: Columns, i: number, c: number, numbers: Numbers): void {
    const from = (i * T + c) * Q;
    const got = [frame.yhat, frame.lo, frame.hi].map((column) => column.slice(from, from + Q));
    const { unit, k } = about(frame, i, c, numbers);
    const value = numbers['base']![c * BASE + 4]! > 0 ? numbers['base']![c * BASE + 8]! : NaN;
    if (Number.isNaN(value)) {
      reached.nothing++;
      for (const column of got) sameNumbers(column, new Float64Array(Q).fill(NaN));
      return;
    }
    const at = ringPlace(k, RING) * T + c;
    const place = frame.targets[c]!;
    const moves = headMoves(model.head, model, HORIZONS, frame.hidden.subarray(i * H, i * H + H), {
      channel: place,
      mean: frame.mean[i * model.channels + place]!,
      spread: frame.spread[i * model.channels + place]!,
      value,
      unit,
    });
    const kept = Float32Array.from(numbers['issued.move']!.slice(at * Q, at * Q + Q));
    sameNumbers(kept, Float32Array.from(moves));
    if (unit === 0) reached.flat++;
    const sizes = Float64Array.from(numbers['band.sizes']!);
    const reach = Float32Array.from(numbers['band.reach']!);
    const expected = [0, 1, 2].map(() => new Float64Array(Q));
    const reaches = new Uint16Array(2 * Q);
    for (let q = 0; q < Q; q++) {
      const tracker = c * Q + q;
      const room = { los: new Float64Array(3), his: new Float64Array(3), reaches: reaches.subarray(2 * q) };
      const [sizesAt, reachAt] = [tracker * BAND, tracker * 2 * LEVELS.length];
      expected[0]![q] = tell(sizes, sizesAt, reach, reachAt, MAIN, value, unit, kept[q]!, room);
      expected[1]![q] = room.los[MAIN]!;
      expected[2]![q] = room.his[MAIN]!;
    }
    expected.forEach((column, j) => sameNumbers(got[j]!, column));
    expect(numbers['issued.reach']!.slice(2 * at * Q, 2 * at * Q + 2 * Q)).toEqual([...reaches]);
    const scaleOf = bandScale(sizes, c * Q * BAND);
    const outer = [0, 1].map((side) => {
      const far = inUnits(Math.max(0, numbers['band.outer.reach']![2 * c + side]!) * scaleOf, unit);
      if (far < reaches[side]!) reached.wider++;
      return Math.max(far, reaches[side]!);
    });
    const outerAt = 2 * (ringPlace(k, NEAR) * T + c);
    expect(numbers['issued.outer']!.slice(outerAt, outerAt + 2)).toEqual(outer);
    reached[Number.isNaN(scaleOf) ? 'noBand' : 'band']++;
  }

  function holdScore(frame: Columns, i: number, c: number, before: Numbers, after: Numbers): object[] {
    const { y, anchor, k } = about(frame, i, c, before);
    const part = (numbers: Numbers, name: string, width: number): number[] =>
      numbers[name]!.slice(c * Q * width, (c + 1) * Q * width);
    const counts = Int32Array.from(part(before, 'score.counts', COUNTS.length));
    const lives = Float32Array.from(part(before, 'score.live', LIVE));
    const sums = Float64Array.from(part(before, 'score.sums', SUMS.length));
    const standings = before['score.standing']!.slice(c * 2, c * 2 + 2);
    const turns: object[] = [];
    if (!Number.isNaN(y)) {
      const first = before['past.first']![c]!;
      const isDayKnown = first > 0 && SEASON < Math.min(PAST, k - first + 1);
      const then = before['past']![c * PAST + ringPlace(k - SEASON + PAST, PAST)]! + anchor;
      cameTrue(frame, i, c, before).forEach(({ change, error, above, below }, q) => {
        if (Number.isNaN(error)) return;
        const seasonal = isDayKnown && SEASON > HORIZONS[q]! ? y - then : NaN;
        if (!Number.isNaN(seasonal)) reached.day++;
        const mine = [counts.subarray(2 * q), lives.subarray(2 * q), sums.subarray(4 * q)] as const;
        count(...mine, HORIZONS[q]!, error, change, seasonal, above, below);
      });
      WATCHED.forEach((h, s) => {
        const q = HORIZONS.indexOf(h);
        const now = standing(standings[s]!, lives, q * LIVE, counts[2 * q]!, h, LEVEL, TOLERANCE);
        if (now === standings[s]) return;
        standings[s] = now;
        const [coverage, width] = [lives[q * LIVE]!, lives[q * LIVE + 1]!];
        const channel = frame.targets[c]!;
        turns.push({ row: i, channel, horizon: h, turn: turnTo(now), coverage, level: LEVEL, width });
      });
    }
    expect(part(after, 'score.counts', COUNTS.length)).toEqual([...counts]);
    sameNumbers(Float32Array.from(part(after, 'score.live', LIVE)), lives);
    sameNumbers(Float64Array.from(part(after, 'score.sums', SUMS.length)), sums);
    expect(after['score.standing']!.slice(c * 2, c * 2 + 2)).toEqual(standings);
    return turns;
  }

  function holdDetected(frame: Columns, i: number, c: number, before: Numbers, after: Numbers): void {
    const { y, unit, k } = about(frame, i, c, before);
    const drifts = Float64Array.from(before['drift']!);
    const [nearest] = cameTrue(frame, i, c, before);
    const found = {
      anomalous: 0,
      score: NaN,
      expected: NaN,
      outerLo: NaN,
      outerHi: NaN,
      drift: 0,
      usualError: NaN,
    };
    if (!Number.isNaN(nearest!.error)) {
      found.expected = nearest!.value + unit * nearest!.move;
      if (before['base']![c * BASE + 5]! < 0) {
        found.usualError = Math.min(Number.MAX_VALUE, unit * usualSize(drifts, c * DRIFT));
        found.drift = trackDrift(drifts, c * DRIFT, (y - found.expected) / unit);
      }
      const at = 2 * (ringPlace(k - 1 + NEAR, NEAR) * T + c);
      const [above, below] = before['issued.outer']!.slice(at, at + 2).map((x) => unit * fromBfloat16(x));
      const [lo, hi] = [found.expected - below!, found.expected + above!];
      if (!Number.isNaN(lo) && !Number.isNaN(hi)) {
        [found.outerLo, found.outerHi] = [lo, hi];
        const half = (hi - lo) / 2;
        if (half > 0) found.score = Math.abs(y - (hi + lo) / 2) / half;
        const age = k - 1 - before['past.first']![c]! + 1;
        if (age >= 200 && (y < lo || y > hi)) found.anomalous = 1;
      }
    }
    const names = Object.keys(found) as (keyof typeof found)[];
    const got = names.map((name) => frame[name][i * T + c]!);
    sameNumbers(Float64Array.from(got), Float64Array.from(Object.values(found)));
    sameNumbers(
      Float64Array.from(after['drift']!.slice(c * DRIFT, (c + 1) * DRIFT)),
      drifts.slice(c * DRIFT, (c + 1) * DRIFT),
    );
    reached.anomalies += found.anomalous;
    if (found.drift !== 0) reached[found.drift > 0 ? 'grown' : 'shrunk']++;
  }

  function holdBands(frame: Columns, i: number, c: number, before: Numbers, after: Numbers): void {
    const { y, unit, k } = about(frame, i, c, before);
    const sizes = Float64Array.from(before['band.sizes']!);
    const reach = Float32Array.from(before['band.reach']!);
    const outer = Float32Array.from(before['band.outer.reach']!);
    if (!Number.isNaN(y)) {
      cameTrue(frame, i, c, before).forEach(({ error, above, below }, q) => {
        if (Number.isNaN(error)) return;
        const tracker = c * Q + q;
        if (q === 0) {
          const at = 2 * (ringPlace(k - 1 + NEAR, NEAR) * T + c);
          const [far, low] = before['issued.outer']!.slice(at, at + 2).map((x) => unit * fromBfloat16(x));
          trackReach(sizes, tracker * BAND, outer, 2 * c, error, far!, low!, OUTER);
        }
        trackBand(sizes, tracker * BAND, reach, tracker * 2 * LEVELS.length, error, above, below, BANDS);
      });
    }
    const own = (width: number): [number, number] => [c * Q * width, (c + 1) * Q * width];
    const wide = own(2 * LEVELS.length);
    sameNumbers(Float64Array.from(after['band.sizes']!).slice(...own(BAND)), sizes.slice(...own(BAND)));
    sameNumbers(Float32Array.from(after['band.reach']!).slice(...wide), reach.slice(...wide));
    const ofOuter = Float32Array.from(after['band.outer.reach']!);
    sameNumbers(ofOuter.slice(2 * c, 2 * c + 2), outer.slice(2 * c, 2 * c + 2));
  }
});
