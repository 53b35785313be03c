import type { KnownAhead } from '../align/known.ts';
import type { Frame } from '../frame.ts';
import type { Scaled } from '../scale/scale.ts';
import { cut } from './base.ts';

/** A feature is at most so many spreads: as far as z goes. */
const LIMIT = 10;

/** The columns that these features are made of. */
export interface KnownColumns extends Pick<Frame, 'channels'>, Scaled {
  readonly known?: KnownAhead;
}

/** Number of features of `channels` that are known ahead, at so many horizons. */
export function knownFeatures(channels: number, horizons: number): number {
  return channels * (1 + horizons);
}

/**
 * What is known ahead of row i, as features: of each channel that is, its level at the time of the row, and what it will be at each of some
 * horizons less that; by the mean and the spread that the channel has then. What is not known is 0.
 *
 * @param horizons steps ahead
 * @param out receives them, [K × (1 + horizons)]; without a column `known` it stays as it is
 */
export function writeKnown(
  { channels, known, mean, spread }: KnownColumns,
  i: number,
  horizons: readonly number[],
  out: Float64Array,
): void {
  if (!known) return;
  const { channels: K, ahead, value } = known;
  let j = 0;
  for (let c = 0; c < K; c++) {
    const of = i * channels + channels - K + c;
    const from = (i * K + c) * (ahead + 1);
    const now = value[from]!;
    out[j++] = feature(now - mean[of]!, spread[of]!);
    for (const h of horizons) out[j++] = feature(h <= ahead ? value[from + h]! - now : NaN, spread[of]!);
  }
}

function feature(difference: number, spread: number): number {
  return Number.isNaN(difference) || !(spread > 0) ? 0 : cut(difference / spread, LIMIT);
}
