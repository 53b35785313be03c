import type { Aligned } from '../align/align.ts';
import type { Recurred } from '../cell/recur.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { Scaled } from '../scale/scale.ts';
import { type Stage, stage } from '../stage.ts';
import { cut, FAR } from './base.ts';
import { type Block, blocksOf } from './block.ts';
import type { Question } from './experts.ts';
import { writeKnown } from './known-features.ts';
import { type HeadQuestion, ModelHead } from './model-head.ts';
import { seasonsOf } from './season.ts';
import type { ForecastSettings } from './settings.ts';
import { ForecastState, type Learners } from './state.ts';

/** Columns that `forecast` adds. Index of the c-th of T targets and the q-th horizon in a row i: (i × T + c) × Q + q. */
export interface Forecasted {
  /** Places in a reading of the channels that are forecast, ascending; T of them. */
  readonly targets: readonly number[];
  /** Steps ahead, ascending; Q of them. */
  readonly horizons: readonly number[];
  /** [n × T × Q] NaN for a channel that was never observed yet. */
  readonly yhat: Float64Array;
  /** [n × T × Q] the band of `forecast.level`; NaN while there is none. Others: `furtherBands`. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** [n] 1 where the target times are known and later than any forecast before, so that the forecasts may be written out. */
  readonly issued: Uint8Array;
}

/** Where the forecasts of a row and channel begin: `value` is y_t, or the last value before where the channel was not observed. */
interface Origin extends Question {
  readonly isObserved: boolean;
}

/**
 * Forecasts every target at all horizons, with a band, and leaves them in Memory until their targets come.
 *
 * 1. `learn: head` and `full`: ŷ_{t+h} = y_t + unit × the mixture of the experts' movements; the last value until the series has warmed up and
 *    the experts have been held against a target, and for one that has not moved for a season.
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
  const { plan, base, past, issued, workspace, learners } = state;
  const { channels, targets, horizons, farthest } = plan;
  const [Q, H] = [horizons.length, model.hidden];
  const target = memory.series('issued.target', 'f64', 2); // newest target times of the nearest and the farthest horizon
  const knownPhi = new Float64Array(learners?.features.knownCount ?? 0);
  const head = new ModelHead(memory, model, plan, workspace);
  const byModel = plan.asksModel ? new Float64Array(Q) : undefined;
  const cellPhi = new Float64Array(H + 1);
  const bothPhi = new Float64Array(H + (learners?.features.count ?? 0));

  return stage((frame: Frame & Aligned & Scaled & Recurred) => {
    const { length: n, series, value, time, index, gap, step } = frame;
    const { kept } = state;
    const { f32, f64 } = memory.view();
    const all = n * channels * Q;
    const told = workspace.told(Math.min(n, workspace.together));
    const columns = n > workspace.together ? new Float64Array(3 * all) : undefined; // a few rows are taken out of the workspace at once
    const isIssued = new Uint8Array(n);
    for (const block of blocksOf(memory, plan, workspace, frame)) {
      for (let i = block.first; i < block.first + block.count; i++) begin(block, i);
      if (!learners) askHead(block);
      state.bands.tellBlock(kept, block, told, workspace.kernel);
      if (columns) takeOut(columns, block);
    }
    const { buffer } = columns ?? f64.slice(told.yhat / 8, told.yhat / 8 + 3 * all);
    return {
      targets,
      horizons,
      yhat: new Float64Array(buffer, 0, all),
      lo: new Float64Array(buffer, 8 * all, all),
      hi: new Float64Array(buffer, 8 * 2 * all, all),
      issued: isIssued,
    };

    /** A row's readings become part of the past; what the forecasts begin at goes to the block, and what the experts say to where it is kept. */
    function begin({ first, values }: Block, i: number): void {
      const row = series[i]!;
      const k = index[i]!;
      if (learners) writeKnown(frame, i, learners.features.knownAhead, knownPhi);
      for (let channel = 0; channel < channels; channel++) {
        const y = value[i * frame.channels + targets[channel]!]!;
        const isObserved = !Number.isNaN(y);
        const from = isObserved ? y : base.last(row, channel);
        f64[values / 8 + (i - first) * channels + channel] = from;
        if (Number.isNaN(from)) continue;
        const at = { row, channel, index: k, time: time[i]!, step: step[i]!, value: from, isObserved };
        takeIn(at, gap[i]!);
        if (learners) moveByExperts(learners, at, i, issued.moves(row, channel, k));
        issued.stamp(row, channel, k);
      }
      const nearest = time[i]! + horizons[0]! * step[i]!;
      const last = time[i]! + farthest * step[i]!;
      const targetAt = target.at(row);
      const isFirst = f64[targetAt] === 0 && f64[targetAt + 1] === 0;
      if (step[i]! > 0 && (isFirst || (nearest > f64[targetAt]! && last > f64[targetAt + 1]!))) {
        f64[targetAt] = nearest;
        f64[targetAt + 1] = last;
        isIssued[i] = 1;
      }
    }

    /** What the model's head says of a block. */
    function askHead(block: Block): void {
      const { first, count, hidden, means, spreads } = block;
      const { mean, spread } = frame;
      f32.set(frame.hidden.subarray(first * H, (first + count) * H), hidden / 4);
      for (let i = 0; i < count; i++) {
        for (let c = 0; c < channels; c++) {
          const from = (first + i) * model.channels + targets[c]!;
          f64[means / 8 + i * channels + c] = mean[from]!;
          f64[spreads / 8 + i * channels + c] = spread[from]!;
        }
      }
      head.moveBlock(kept, block);
    }

    /** The reading becomes part of the past. */
    function takeIn(
      { row, channel, index: at, step: every, value: y, isObserved }: Origin,
      since: number,
    ): void {
      issued.setValue(row, channel, at, y);
      if (isObserved) {
        const rebase = base.take(row, channel, y);
        if (rebase) state.rebase(row, channel, rebase);
        past.push(row, channel, at, since, y - base.anchor(row, channel));
      } else past.hold(row, channel, at, since);
      learners?.lags.look(row, channel, at, since, every);
    }

    /** What the series' own experts say, mixed; also puts φ_t where `learn` will find it. */
    function moveByExperts(l: Learners, at: Origin, i: number, to: number): void {
      const { row, channel, index: k, time: t, step: every, value: y, isObserved } = at;
      const age = base.age(row, channel);
      f32.fill(0, to, to + Q);
      if (age === 0) return;
      const unit = base.unit(row, channel);
      const [offset, jolt] = [y - base.anchor(row, channel), base.jolt(row, channel)];
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
        jolt,
        isObserved,
        known: knownPhi,
      });
      for (let j = 0; j < H; j++) cellPhi[j] = frame.hidden[i * H + j]!;
      cellPhi[H] = 1;
      const [features, cell, short, loose, both] = l.readouts;
      features!.put(row, channel, k, phi);
      cell!.put(row, channel, k, cellPhi);
      short?.put(row, channel, k, l.features.short);
      loose?.put(row, channel, k, l.features.loose);
      both?.put(row, channel, k, joined(cellPhi, phi));
      if (byModel) head.moves(headQuestion(at, i), byModel, 0);
      l.experts.ask(at, byModel);
      if (base.isStuck(row, channel, l.lags.of(row, channel, every))) return;
      l.experts.mix(row, channel, to);
      if (age > farthest + 1) return;
      for (let q = 0; q < Q; q++) if (age <= horizons[q]! + 1) f32[to + q] = 0;
    }

    /** h and φ, one behind the other. */
    function joined(cell: Float64Array, phi: Float64Array): Float64Array {
      bothPhi.set(cell);
      bothPhi.set(phi, H);
      return bothPhi;
    }

    /** What the model's head is asked: about h_t of the model's own cell, where the series has another. */
    function headQuestion({ row, channel, value: y }: Origin, i: number): HeadQuestion {
      const { hidden, modelHidden, mean, spread } = frame;
      const place = targets[channel]!;
      const k = i * model.channels + place;
      return {
        channel: place,
        hidden: modelHidden ?? hidden,
        hiddenAt: i * H,
        mean: mean[k]!,
        spread: spread[k]!,
        value: y,
        unit: base.unit(row, channel),
      };
    }

    /** Puts the forecasts of some rows from the workspace into the columns. */
    function takeOut(to: Float64Array, { first, count }: Block): void {
      const wide = channels * Q;
      let start = first * wide;
      for (const name of ['yhat', 'lo', 'hi'] as const) {
        const from = told[name] / 8;
        to.set(f64.subarray(from, from + count * wide), start);
        start += n * wide;
      }
    }
  });
}
