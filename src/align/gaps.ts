/**
 * What a gap does to the h and C of a series, in every layer; of a gap above the limit nothing is left, whatever the policy.
 *
 * - `hold`: nothing; the next reading meets them as the one before the gap left them.
 * - `mask`: the cell makes a step for each one that is missing, with inputs that say so.
 * - `decay`: they fade by `decay` for each one that is missing; GRU-D's idea (Che et al. 2018, arXiv 1606.01865) with a fixed rate in
 *   place of a learned one.
 * - `reset`: they begin anew from 0.
 */
export interface Gaps {
  readonly policy: 'hold' | 'mask' | 'decay' | 'reset';
  /** Share that is left after a missing step, between 0 and 1. */
  readonly decay: number;
}

/** What is read of a reading here: see `Aligned`. */
interface GapColumns {
  readonly gaps: Gaps;
  readonly gap: Float64Array;
  readonly restart: Uint8Array;
}

/** Share of h and C that the gap before row i leaves, in float32: 1 where there is none, 0 where the series begins anew. */
export function shareLeft({ gaps: { policy, decay }, gap, restart }: GapColumns, i: number): number {
  if (restart[i] === 1) return 0;
  const missing = gap[i]! - 1;
  if (missing < 1 || policy === 'hold' || policy === 'mask') return 1;
  if (policy === 'reset') return 0;
  let share = 1;
  for (let step = 0; step < missing; step++) {
    const less = Math.fround(share * decay);
    if (less === share) break; // the smallest float32 there is, or 0
    share = less;
  }
  return share;
}

/** Steps that the cell makes without a reading before that of row i. */
export function maskedSteps({ gaps: { policy }, gap, restart }: GapColumns, i: number): number {
  return policy === 'mask' && restart[i] === 0 ? Math.max(0, gap[i]! - 1) : 0;
}
