import { Kernel } from '../cell/kernel.ts';
import type { Memory } from '../memory/memory.ts';
import type { ForecastState } from './state.ts';

/** What the kernel reads and writes of a series' forecasts. */
type Parts = Pick<ForecastState, 'plan' | 'base' | 'past' | 'issued' | 'bands' | 'outer' | 'workspace'>;

/** Byte offset of the table that says where a row keeps what: `Kept` of kernel/kept.ts. Seals Memory, and may grow the arena. */
export function keptOf(memory: Memory, { plan, base, past, issued, bands, outer, workspace }: Parts): number {
  memory.seal();
  const { stamps, values, moves, reaches, outer: outerReaches, near } = issued.kept;
  const { ring: pastRing, offsets, first } = past.kept;
  const slots = [base.slot, offsets, first, stamps, values, moves, reaches, outerReaches];
  const trackers = [bands.sizes, bands.kept.reach, outer.reach];
  return Kernel.of(memory.arena).keep(
    Int32Array.of(
      plan.channels,
      plan.horizons.length,
      workspace.horizons,
      issued.ring,
      near,
      pastRing,
      plan.levels.length,
      plan.main,
      bands.kept.levels,
      outer.level,
      ...[...slots, ...trackers].map(({ offset }) => offset),
    ),
  );
}
