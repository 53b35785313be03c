import { describe, expect, test } from 'vitest';
import { BAND, trackBand } from '../../src/forecast/band.ts';
import { Issued } from '../../src/forecast/issued.ts';
import { Past } from '../../src/forecast/past.ts';
import { P_START, Readout } from '../../src/forecast/readout.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import { learn } from '../../src/learn/learn.ts';
import { dot, packedLength, resetP, rlsGain } from '../../src/learn/rls.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { seededRandom } from '../../src/model/random.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { stagesOf } from '../forecast/stages.ts';
import { alignedFrame, through } from '../frames.ts';

const HORIZON = 3;
const HIDDEN = 2;
const RATE = 0.03;

/** The stage over a Memory that the tests fill by hand. */
function learner(channels = 1, scope = 'head') {
  const memory = new Memory();
  const model = createModel(ModelSettings.parse({ hidden: HIDDEN, horizon: HORIZON }), channels);
  const settings = ForecastSettings.parse({ learn: scope, bandRate: RATE });
  const stage = learn(memory, model, settings);
  const issued = new Issued(memory, channels, HORIZON);
  const past = new Past(memory, channels);
  const bands = memory.series('band.inner', 'f64', BAND * HORIZON * channels);
  const outer = memory.series('band.outer', 'f64', BAND * channels);
  const readout = scope === 'head' ? new Readout(memory, channels, HIDDEN, HORIZON) : undefined;
  const row = memory.row('a');
  return {
    memory,
    issued,
    past,
    bands,
    outer,
    readout,
    row,
    see: (index: number, value: number | readonly number[]): void => {
      through(stage, alignedFrame(memory, [['a', index, value]], index) as never);
    },
  };
}

/** Puts ŷ of all horizons where `forecast` would have at this step. */
function issue(
  { memory, issued, row }: ReturnType<typeof learner>,
  index: number,
  yhat: readonly number[],
  channel = 0,
): void {
  issued.stamp(row, index);
  yhat.forEach((each, i) => {
    memory.view().f64[issued.yhat(row, index, channel, i + 1)] = each;
  });
}

describe('bands', () => {
  test('each horizon moves by the error of the forecast that has just matured', () => {
    const made = learner(1, 'none');
    const { memory, bands, outer, row, see } = made;
    issue(made, 8, [20, 21, 22]);
    issue(made, 9, [30, 31, 32]);
    issue(made, 10, [40, 41, 42]);
    see(11, 50);
    const expected = [50 - 40, 50 - 31, 50 - 22].map((error) => {
      const state = new Float64Array(BAND);
      trackBand(state, 0, error, 0.9, RATE);
      return [...state];
    });
    const { f64 } = memory.view();
    const at = bands.at(row);
    expect([0, 1, 2].map((h) => [...f64.subarray(at + h * BAND, at + (h + 1) * BAND)])).toEqual(expected);

    const wide = new Float64Array(BAND);
    trackBand(wide, 0, 10, 0.99, RATE);
    expect([...f64.subarray(outer.at(row), outer.at(row) + BAND)]).toEqual([...wide]);
  });

  test('where no forecast was made nothing is learned', () => {
    const made = learner(1, 'none');
    const { memory, bands, outer, row, see } = made;
    issue(made, 5, [1, 2, 3]);
    see(9, 50); // four steps later: beyond the farthest horizon
    const { f64 } = memory.view();
    expect(f64.subarray(bands.at(row), bands.at(row) + BAND * HORIZON).every((each) => each === 0)).toBe(
      true,
    );
    expect(f64[outer.at(row)]).toBe(0);
  });

  test('channels have bands of their own', () => {
    const made = learner(2, 'none');
    issue(made, 1, [5, 0, 0], 0);
    issue(made, 1, [5, 0, 0], 1);
    made.see(2, [6, 9]);
    const { f64 } = made.memory.view();
    const sigma = (channel: number): number => f64[made.bands.at(made.row) + channel * HORIZON * BAND + 1]!;
    expect([sigma(0), sigma(1)]).toEqual([1, 4]);
  });
});

describe('the readout', () => {
  /** A series that has warmed up: unit 2, some weights, some features and gains at steps 8 to 11. */
  function warm(usual = 0) {
    const made = learner();
    const { memory, past, readout, row, issued } = made;
    const { d, base, W, phi, gain, P } = readout!;
    const { f32, f64 } = memory.view();
    const random = seededRandom(1);
    for (let k = 1; k <= 11; k++) past.push(row, 0, k, k === 1 ? 0 : 1, 10 * k);
    f64[base.at(row)] = 2;
    f64[base.at(row) + 3] = usual;
    resetP(f32, P.at(row), d, P_START);
    for (let i = 0; i < HORIZON * d; i++) f32[W.at(row) + i] = random() - 0.5;
    for (let i = 0; i < (HORIZON + 1) * d; i++) {
      f32[phi.at(row) + i] = random() - 0.5;
      f32[gain.at(row) + i] = (random() - 0.5) / 10;
    }
    for (const k of [8, 9, 10]) issue(made, k, [0, 0, 0]);
    issued.stamp(row, 11);
    const weights = (h: number): Float32Array =>
      memory.view().f32.slice(W.at(row) + (h - 1) * d, W.at(row) + h * d);
    const place = (k: number): number => issued.place(k) * d;
    const phiOf = (k: number): Float32Array =>
      memory.view().f32.slice(phi.at(row) + place(k), phi.at(row) + place(k) + d);
    const gainOf = (k: number): Float32Array =>
      memory.view().f32.slice(gain.at(row) + place(k), gain.at(row) + place(k) + d);
    return { ...made, d, weights, phiOf, gainOf };
  }

  test.each([1, 2, 3])(
    'w_%d moves by the gain of its step times the innovation of the weights of today',
    (h) => {
      const { see, weights, phiOf, gainOf, d } = warm();
      const [w, phi, gain] = [weights(h), phiOf(11 - h), gainOf(11 - h)];
      const target = (117 - 10 * (11 - h)) / 2;
      const innovation = target - dot(w, 0, phi, 0, d);
      see(11, 117);
      const after = weights(h);
      for (let j = 0; j < d; j++) expect(after[j]).toBe(Math.fround(w[j]! + gain[j]! * innovation));
    },
  );

  test('then P takes in φ of this step and gives the gain that its targets will use', () => {
    const { see, memory, readout, row, phiOf, gainOf, d } = warm();
    const P = new Float32Array(packedLength(d));
    resetP(P, 0, d, P_START);
    const gain = new Float32Array(d);
    const options = { lambda: 0.9995, start: P_START, traceLimit: P_START * d };
    rlsGain(P, 0, d, phiOf(11), 0, gain, 0, options, new Float64Array(d));
    const before = [8, 9, 10].map((k) => gainOf(k));
    see(11, 117);
    expect(gainOf(11)).toEqual(gain);
    expect(memory.view().f32.slice(readout!.P.at(row), readout!.P.at(row) + P.length)).toEqual(P);
    expect([8, 9, 10].map((k) => gainOf(k))).toEqual(before);
  });

  test('an innovation is cut at four times its usual size, and more further ahead', () => {
    const moved = (value: number, usual: number, h: number): number[] => {
      const { see, weights, gainOf } = warm(usual);
      const [w, gain] = [weights(h), gainOf(11 - h)];
      see(11, value);
      return [...weights(h)].map((after, j) => (after - w[j]!) / gain[j]!);
    };
    // the mean size itself takes in the cut innovation before the farther horizons use it
    const usual = 0.5 + 0.01 * (4 * 0.5 - 0.5);
    for (const each of moved(1e9, 0.5, 1)) expect(each).toBeCloseTo(4 * 0.5, 4);
    for (const each of moved(-1e9, 0.5, 1)) expect(each).toBeCloseTo(-4 * 0.5, 4);
    for (const each of moved(1e9, 0.5, 3)) expect(each).toBeCloseTo(4 * usual * Math.sqrt(3), 4);
    // a small one is not cut
    for (const each of moved(101, 1e6, 1)) expect(Math.abs(each)).toBeLessThan(2);
  });

  test('until a series has its unit nothing of it moves', () => {
    const made = learner();
    const { memory, readout, row, see } = made;
    issue(made, 1, [5, 5, 5]);
    memory.view().f32.fill(0.5, readout!.gain.at(row), readout!.gain.at(row) + readout!.gain.width);
    see(2, 9);
    const { f32 } = memory.view();
    for (const slot of [readout!.W, readout!.P]) {
      expect(f32.subarray(slot.at(row), slot.at(row) + slot.width).every((each) => each === 0)).toBe(true);
    }
  });

  test.each([5, 20, 100])(
    'outliers of %d times the amplitude leave the forecasts between them as good as they were',
    (size) => {
      const { push } = stagesOf({ horizon: 1, hidden: 1 });
      let before = 0;
      let [error, last] = [0, 0];
      const clean = (k: number): number => Math.sin((2 * Math.PI * k) / 24);
      for (let k = 0; k < 2000; k++) {
        const since = k % 97; // the spike stands among the features for a day
        if (k > 1500 && since > 26) {
          error += Math.abs(clean(k) - before);
          last += Math.abs(clean(k) - clean(k - 1));
        }
        before = push(['a', k * 3_600_000, k > 500 && since === 0 ? size : clean(k)])[0]!.yhat[0]!;
      }
      expect(error).toBeLessThan(last / 50);
    },
  );
});
