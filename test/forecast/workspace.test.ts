import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Workspace } from '../../src/forecast/workspace.ts';
import { Arena } from '../../src/memory/arena.ts';
import { Memory } from '../../src/memory/memory.ts';

test('its parts lie apart, aligned, with room for what is read beyond the last number', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 512 }),
      fc.integer({ min: 1, max: 15 }),
      fc.integer({ min: 1, max: 1025 }),
      (Q, experts, features) => {
        const memory = new Memory({ arena: new Arena() });
        const horizons = Array.from({ length: Q }, (_, q) => q + 1);
        const plan = {
          channels: 1,
          targets: [0],
          horizons,
          farthest: Q,
          levels: [0.9],
          main: 0,
          profile: 'light' as const,
          learn: 'head' as const,
        };
        const { moves, moved, places, work } = new Workspace(memory, plan, experts, features);
        const end = memory.arena.take(16);
        expect(moved - moves).toBeGreaterThanOrEqual(8 * (experts * Q + 3));
        expect(places - moved).toBeGreaterThanOrEqual(8 * (Q + 1));
        expect(work - places).toBeGreaterThanOrEqual(4 * Q);
        expect(end - work).toBeGreaterThanOrEqual(8 * 2 * (features + 6));
        for (const place of [moves, moved, places, work]) expect(place % 8).toBe(0);
      },
    ),
    { numRuns: 30 },
  );
});
