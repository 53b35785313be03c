import { packedLength } from '../learn/rls.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { featureCount } from './features.ts';

/** Readings before the readout begins; until then the forecast is the last value. */
export const WARM_UP = 48;
/** Non-zero differences among them. */
export const MOVES = 20;
/** The unit is taken anew when the spread has changed by more than this factor. */
export const RESCALE = 30;
export const P_START = 0.3;

/**
 * The readout of each series and channel in Memory: ŷ_{t+h} = y_t + unit × w_h·φ_t. What `forecast` reads and `learn` writes.
 */
export class Readout {
  /** d, features. */
  readonly d: number;
  /** Places in the rings: horizon + 1. */
  readonly ring: number;
  /** [channels][unit, readings, non-zero differences, mean |innovation|] */
  readonly base: Slot;
  /** [channels][packed d × d] */
  readonly P: Slot;
  /** [channels][horizon][d] */
  readonly W: Slot;
  /** [ring][channels][d] φ of the steps whose targets are still to come. */
  readonly phi: Slot;
  /** [ring][channels][d] and the gains that belong to them. */
  readonly gain: Slot;

  constructor(memory: Memory, channels: number, hidden: number, horizon: number) {
    this.d = featureCount(hidden);
    this.ring = horizon + 1;
    this.base = memory.series('readout.base', 'f64', 4 * channels);
    this.P = memory.series('readout.P', 'f32', packedLength(this.d) * channels);
    this.W = memory.series('readout.W', 'f32', horizon * this.d * channels);
    this.phi = memory.series('readout.phi', 'f32', this.ring * channels * this.d);
    this.gain = memory.series('readout.gain', 'f32', this.ring * channels * this.d);
  }
}
