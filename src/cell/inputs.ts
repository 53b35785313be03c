import { type Gaps, maskedSteps } from '../align/gaps.ts';
import { log32 } from '../maths/float32.ts';
import { cosTurns, sinTurns } from '../maths/turns.ts';

const DAY = 86_400_000;
/** The gap, in steps, at which Δt is 1. */
const LOG_LONG = log32(1 + 24);

/**
 * What X_t is made of.
 *
 * - `plain`: z of each channel, then sin and cos of the time of day (UTC): I = channels + 2.
 * - `gaps`: z of each channel, of each its mask (1 where it was observed, 0 where not), Δt, then sin and cos: I = 2 × channels + 3.
 *
 * z of a channel that was not observed is 0, the mean: with `plain` the cell cannot tell the two apart.
 *
 * Δt = log(1 + g) / log 25, where g is the number of steps since the series' reading before: 0 for a reading with which the series begins
 * anew, 0.22 where none is missing, 1 after 24. Mask and elapsed time as inputs: GRU-D (Che et al. 2018, arXiv 1606.01865).
 */
export type InputKind = 'plain' | 'gaps';

/** I, numbers in X_t. */
export function inputWidth(kind: InputKind, channels: number): number {
  return kind === 'plain' ? channels + 2 : 2 * channels + 3;
}

/** The columns that X_t is written from: see `Frame`, `Aligned`, `Scaled`. */
export interface InputColumns {
  readonly channels: number;
  /** [n × channels] NaN: not observed. */
  readonly value: Float64Array;
  /** [n × channels] */
  readonly z: Float32Array;
  readonly time: Float64Array;
  readonly gap: Float64Array;
  readonly step: Float64Array;
  readonly restart: Uint8Array;
  readonly gaps: Gaps;
}

/** Steps that the cell makes for row i: its own, and before it those that are missing, where the policy is `mask`. */
export function stepsOf(frame: InputColumns, i: number): number {
  return maskedSteps(frame, i) + 1;
}

/**
 * Writes X_t of all steps of row i, in order. Of a step that is missing z is 0, the mean, and so are the masks; its time of day is its
 * own. What a model is trained on and what it is served with come from here.
 *
 * @param out receives stepsOf(frame, i) × I float32 from index `to` on
 */
export function writeInputs(
  out: Float32Array,
  to: number,
  kind: InputKind,
  frame: InputColumns,
  i: number,
): void {
  const { channels, value, z, time, gap, step, restart } = frame;
  const steps = stepsOf(frame, i);
  for (let s = 1; s <= steps; s++) {
    let at = to + (s - 1) * inputWidth(kind, channels);
    const observed = s === steps;
    for (let c = 0; c < channels; c++) out[at++] = observed ? z[i * channels + c]! : 0;
    if (kind === 'gaps') {
      for (let c = 0; c < channels; c++)
        out[at++] = observed && !Number.isNaN(value[i * channels + c]!) ? 1 : 0;
      const elapsed = restart[i] === 1 ? 0 : observed ? gap[i]! : s;
      out[at++] = log32(1 + elapsed) / LOG_LONG;
    }
    const turns = (time[i]! - (steps - s) * step[i]!) / DAY;
    out[at] = sinTurns(turns);
    out[at + 1] = cosTurns(turns);
  }
}
