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
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 5 }),
      (Q, experts, features, channels, B) => {
        const memory = new Memory({ arena: new Arena() });
        const horizons = Array.from({ length: Q }, (_, q) => q + 1);
        const levels = Array.from({ length: B }, (_, b) => (b + 1) / (B + 1));
        const plan = {
          channels,
          targets: Array.from({ length: channels }, (_, c) => c),
          horizons,
          farthest: Q,
          levels,
          main: 0,
          profile: 'light' as const,
          learn: 'head' as const,
          weights: 'series' as const,
          asksModel: false,
        };
        const workspace = new Workspace(memory, plan, experts, features);
        const { moves, moved, errors, changes, places, targets, work, together } = workspace;
        const { yhat, lo, hi } = workspace.told(together);
        const { los, his } = workspace.further;
        const end = memory.arena.take(16);
        expect(moved - moves).toBeGreaterThanOrEqual(8 * (experts * Q + 3));
        expect(errors - moved).toBeGreaterThanOrEqual(8 * (Q + 1));
        expect(changes - errors).toBeGreaterThanOrEqual(8 * Q);
        expect(places - changes).toBeGreaterThanOrEqual(8 * Q);
        expect(targets - places).toBeGreaterThanOrEqual(4 * Q);
        expect(work - targets).toBeGreaterThanOrEqual(4 * 3 * Q);
        expect(yhat - work).toBeGreaterThanOrEqual(8 * 3 * (features + 6));
        const column = 8 * together * channels * Q;
        expect([lo - yhat, hi - lo, los - hi, his - los]).toEqual([column, column, column, 8 * Q * B]);
        expect(end - his).toBeGreaterThanOrEqual(8 * Q * B);
        expect(together).toBeGreaterThanOrEqual(1);
        for (const place of [moves, moved, errors, changes, places, targets, work, yhat])
          expect(place % 8).toBe(0);
        const at = workspace.horizons / 4;
        expect(Array.from(memory.view().i32.slice(at, at + Q))).toEqual(horizons);
      },
    ),
    { numRuns: 30 },
  );
});
