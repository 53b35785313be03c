import { cosTurns } from '../maths/turns.ts';

/** How the learning rate goes over the updates. */
export type Schedule =
  | { readonly kind: 'constant' }
  /** Rises in a line over `warmup` updates, then falls along half a cosine to `floor` × the rate at `updates`. */
  | { readonly kind: 'cosine'; readonly warmup: number; readonly updates: number; readonly floor: number };

/**
 * Factor of the learning rate at an update (from 0 on). The cosine: Loshchilov and Hutter, arXiv 1608.03983, without restarts.
 */
export function rateFactor(schedule: Schedule, update: number): number {
  if (schedule.kind === 'constant') return 1;
  const { warmup, updates, floor } = schedule;
  if (update < warmup) return (update + 1) / (warmup + 1);
  const part = Math.min(1, (update - warmup) / Math.max(1, updates - warmup));
  return floor + (1 - floor) * 0.5 * (1 + cosTurns(part / 2));
}
