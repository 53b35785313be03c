import type { Aligned } from '../align/align.ts';
import type { Recurred } from '../cell/recur.ts';
import type { Frame } from '../frame.ts';
import { fromBfloat16, toBfloat16 } from '../maths/bfloat16.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { Scaled } from '../scale/scale.ts';
import { type Stage, stage } from '../stage.ts';
import { cut, FAR } from './base.ts';
import type { Question } from './experts.ts';
import { writeKnown } from './known-features.ts';
import { seasonsOf } from './season.ts';
import type { ForecastSettings } from './settings.ts';
import { ForecastState, type Learners } from './state.ts';

/** Columns that `forecast` adds. Index of the c-th of T targets and the q-th horizon in a row i: (i × T + c) × Q + q. */
export interface Forecasted {
  /** Places in a reading of the channels that are forecast, ascending; T of them. */
  readonly targets: readonly number[];
  /** Steps ahead, ascending; Q of them. */
  readonly horizons: readonly number[];
  /** Coverages of the bands, ascending; B of them. */
  readonly levels: readonly number[];
  /** [n × T × Q] NaN for a channel that was never observed yet. */
  readonly yhat: Float64Array;
  /** [n × T × Q] the main band; NaN while there is none. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** [n × T × Q × B] all bands, the main one among them. */
  readonly los: Float64Array;
  readonly his: Float64Array;
  /** [n] 1 where the target times are known and later than any forecast before, so that the forecasts may be written out. */
  readonly issued: Uint8Array;
}

/** Where the forecasts of a row and channel begin: `value` is y_t, or the last value before where the channel was not observed. */
interface Origin extends Question {
  readonly isObserved: boolean;
}

/** Forecasts are numbers: they end here. */
const LARGEST = 1.7e308;
/** No band is wider, in units. */
const WIDEST = 1e38;

/**
 * Forecasts every target at all horizons, with bands, and leaves them in Memory until their targets come.
 *
 * 1. `learn: head` and `full`: ŷ_{t+h} = y_t + unit × the mixture of the experts' movements; the last value until the series has warmed up and
 *    the experts have been held against a target, and for one that has not moved for a day.
 * 2. `learn: none`: the model's linear head on h_t, in the series' units.
 * 3. Target times are event time + h × sampling step and rise strictly by series and horizon, so no two forecasts share an
 *    identity. (They are linear in h: it is enough to look at the nearest and the farthest.)
 * 4. A channel that was not observed is forecast from its last value, and nothing is taken in of it; one that never was is not forecast.
 */
export function forecast(
  memory: Memory,
  model: Model,
  settings: ForecastSettings,
): Stage<Frame & Aligned & Scaled & Recurred, Forecasted> {
  const state = new ForecastState(memory, model, settings);
  const { plan, base, past, issued, learners } = state;
  const { channels, targets, horizons, levels, main, farthest } = plan;
  const [Q, B, H] = [horizons.length, levels.length, model.hidden];
  const target = memory.series('issued.target', 'f64', 2); // newest target times of the nearest and the farthest horizon
  const knownPhi = new Float64Array(learners?.features.knownCount ?? 0);
  const cellPhi = new Float64Array(H + 1);
  const bothPhi = new Float64Array(H + (learners?.features.count ?? 0));
  const reach = new Float64Array(2 * B);
  const outerReach = new Float64Array(2);

  return stage((frame: Frame & Aligned & Scaled & Recurred) => {
    const { length: n, series, value, time, index, gap, step } = frame;
    const { u16, f32, f64 } = memory.view();
    const all = n * channels * Q;
    const { buffer } = new Float64Array(all * (3 + 2 * B)); // one block: five would cost more than the forecasts
    const columns = {
      yhat: new Float64Array(buffer, 0, all),
      lo: new Float64Array(buffer, 8 * all, all),
      hi: new Float64Array(buffer, 8 * 2 * all, all),
      los: new Float64Array(buffer, 8 * 3 * all, all * B),
      his: new Float64Array(buffer, 8 * (3 + B) * all, all * B),
      issued: new Uint8Array(n),
    };
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const k = index[i]!;
      if (learners) writeKnown(frame, i, learners.features.knownAhead, knownPhi);
      for (let channel = 0; channel < channels; channel++) {
        const y = value[i * frame.channels + targets[channel]!]!;
        const isObserved = !Number.isNaN(y);
        const at = {
          row,
          channel,
          index: k,
          time: time[i]!,
          step: step[i]!,
          value: isObserved ? y : base.last(row, channel),
          isObserved,
        };
        if (Number.isNaN(at.value)) {
          putNothing(i * channels + channel, columns);
          continue;
        }
        takeIn(at, gap[i]!);
        const movesAt = issued.moves(row, channel, k);
        if (learners) moveByExperts(learners, at, frame.hidden, i * H, movesAt);
        else moveByModel(frame, i, at, movesAt);
        putColumns(at, i * channels + channel, movesAt, columns);
        issued.stamp(row, channel, k);
      }
      const nearest = time[i]! + horizons[0]! * step[i]!;
      const last = time[i]! + farthest * step[i]!;
      const targetAt = target.at(row);
      const isFirst = f64[targetAt] === 0 && f64[targetAt + 1] === 0;
      if (step[i]! > 0 && (isFirst || (nearest > f64[targetAt]! && last > f64[targetAt + 1]!))) {
        f64[targetAt] = nearest;
        f64[targetAt + 1] = last;
        columns.issued[i] = 1;
      }
    }
    return { targets, horizons, levels, ...columns };

    /** The reading becomes part of the past. */
    function takeIn({ row, channel, index: at, value: y, isObserved }: Origin, since: number): void {
      issued.setValue(row, channel, at, y);
      if (!isObserved) return past.hold(row, channel, at, since);
      const rebase = base.take(row, channel, y);
      if (rebase) state.rebase(row, channel, rebase);
      past.push(row, channel, at, since, y - base.anchor(row, channel));
    }

    /** What the series' own experts say, mixed; also puts φ_t where `learn` will find it. */
    function moveByExperts(
      l: Learners,
      at: Origin,
      hidden: Float32Array,
      hiddenAt: number,
      to: number,
    ): void {
      const { row, channel, index: k, time: t, step: every, value: y, isObserved } = at;
      const age = base.age(row, channel);
      f32.fill(0, to, to + Q);
      if (age === 0) return;
      const unit = base.unit(row, channel);
      const offset = y - base.anchor(row, channel);
      const seasons = seasonsOf(every);
      if (isObserved) l.profile.take(row, channel, seasons, t, cut(offset / unit, FAR), age);
      const phi = l.features.of({
        row,
        channel,
        index: k,
        time: t,
        step: every,
        offset,
        unit,
        age,
        isObserved,
        known: knownPhi,
      });
      for (let j = 0; j < H; j++) cellPhi[j] = hidden[hiddenAt + j]!;
      cellPhi[H] = 1;
      const [features, cell, short, loose, both] = l.readouts;
      features!.put(row, channel, k, phi);
      cell!.put(row, channel, k, cellPhi);
      short?.put(row, channel, k, l.features.short);
      loose?.put(row, channel, k, l.features.loose);
      both?.put(row, channel, k, joined(cellPhi, phi));
      l.experts.ask(at);
      if (base.isStuck(row, channel, seasons.lag)) return;
      l.experts.mix(row, channel, to);
      for (let q = 0; q < Q; q++) if (age <= horizons[q]! + 1) f32[to + q] = 0;
    }

    /** h and φ, one behind the other. */
    function joined(cell: Float64Array, phi: Float64Array): Float64Array {
      bothPhi.set(cell);
      bothPhi.set(phi, H);
      return bothPhi;
    }

    /** The model's head, as a movement. */
    function moveByModel(
      { hidden, mean, spread }: typeof frame,
      i: number,
      { row, channel, value: y }: Origin,
      to: number,
    ): void {
      const { W, b } = model.head;
      const width = model.channels * model.horizon;
      const place = targets[channel]!;
      const at = i * model.channels + place;
      const unit = base.unit(row, channel);
      for (let q = 0; q < Q; q++) {
        const column = place * model.horizon + horizons[q]! - 1;
        let sum = b[column]!;
        for (let j = 0; j < H; j++) sum += hidden[i * H + j]! * W[j * width + column]!;
        f32[to + q] = unit > 0 ? cut((mean[at]! + spread[at]! * sum - y) / unit, FAR) : 0;
      }
    }

    /** Nothing is forecast of the `at`-th channel. */
    function putNothing(at: number, { yhat, lo, hi, los, his }: typeof columns): void {
      for (const column of [yhat, lo, hi]) column.fill(NaN, at * Q, (at + 1) * Q);
      for (const column of [los, his]) column.fill(NaN, at * Q * B, (at + 1) * Q * B);
    }

    /** Movements and bands as columns. Bands are told as they are kept, so that what is scored is what was said. */
    function putColumns(
      { row, channel, index: k, value: y }: Question,
      at: number,
      from: number,
      to: typeof columns,
    ): void {
      const unit = base.unit(row, channel);
      const reaches = issued.reaches(row, channel, k);
      for (let q = 0; q < Q; q++) {
        const yhat = cut(y + unit * f32[from + q]!, LARGEST);
        const place = at * Q + q;
        to.yhat[place] = yhat;
        state.bands.reach(row, channel, q, reach);
        for (let b = 0; b < B; b++) {
          const [above, below] = [inUnits(reach[2 * b]!, unit), inUnits(reach[2 * b + 1]!, unit)];
          to.his[place * B + b] = cut(yhat + unit * fromBfloat16(above), LARGEST);
          to.los[place * B + b] = cut(yhat - unit * fromBfloat16(below), LARGEST);
          if (b !== main) continue;
          u16[reaches + 2 * q] = above;
          u16[reaches + 2 * q + 1] = below;
        }
        to.hi[place] = to.his[place * B + main]!;
        to.lo[place] = to.los[place * B + main]!;
      }
      state.outer.reach(row, channel, 0, outerReach);
      const outerAt = issued.outer(row, channel, k);
      for (const side of [0, 1])
        u16[outerAt + side] = Math.max(inUnits(outerReach[side]!, unit), u16[reaches + side]!);
    }
  });
}

/** A reach in units as bfloat16, whose bits are in the order of the numbers; none stays none. */
function inUnits(reach: number, unit: number): number {
  return toBfloat16(unit > 0 ? cut(reach / unit, WIDEST) : Number.isFinite(reach) ? 0 : NaN);
}
