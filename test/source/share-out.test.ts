import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { shareOut, type Sharer } from '../../src/source/share-out.ts';

/** Members that claim anything: what others claim too, what does not exist, twice the same, of any generation. */
const liars = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 3 }),
    claim: fc.record({
      generation: fc.nat({ max: 3 }),
      partitions: fc.array(fc.nat({ max: 8 }), { maxLength: 6 }),
    }),
  }),
  { minLength: 1, maxLength: 4, selector: ({ id }) => id },
);
const counts = fc.nat({ max: 6 });

/** Members that hold what they were given, some of whom stay, and new ones. */
function remaining(
  shares: ReadonlyMap<string, readonly number[]>,
  generation: number,
  leaves: (id: string) => boolean = () => false,
): Sharer[] {
  return Array.from(shares, ([id, partitions]) => ({ id, claim: { generation, partitions } })).filter(
    ({ id }) => !leaves(id),
  );
}

function fresh(...ids: readonly string[]): Sharer[] {
  return ids.map((id) => ({ id, claim: { generation: 0, partitions: [] } }));
}

/** The member that held a partition, by the newest claim; undefined when nobody or two did. Written plainly, as an oracle. */
function holder(partition: number, members: readonly Sharer[]): string | undefined {
  const claiming = members.filter(({ claim }) => claim.partitions.includes(partition));
  const newest = Math.max(...claiming.map(({ claim }) => claim.generation));
  const best = claiming.filter(({ claim }) => claim.generation === newest);
  return best.length === 1 ? best[0]!.id : undefined;
}

/** Partitions that someone held and that are with somebody else now. */
function moves(owners: readonly string[], members: readonly Sharer[]): number {
  return owners.filter((owner, partition) => {
    const before = holder(partition, members);
    return before !== undefined && before !== owner;
  }).length;
}

/** The owner of each partition; fails when one has none or two. */
function ownersOf(count: number, shares: ReadonlyMap<string, readonly number[]>): string[] {
  const all = Array.from(shares, ([id, partitions]) =>
    partitions.map((partition) => ({ id, partition })),
  ).flat();
  expect(all.map(({ partition }) => partition).toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
  return all.toSorted((a, b) => a.partition - b.partition).map(({ id }) => id);
}

/** The fewest moves of all balanced ways to share out, each of them tried. */
function fewestMoves(count: number, members: readonly Sharer[]): number {
  const ids = members.map(({ id }) => id);
  let fewest = Infinity;
  for (let way = 0; way < ids.length ** count; way++) {
    const owners = Array.from(
      { length: count },
      (_, i) => ids[Math.floor(way / ids.length ** i) % ids.length]!,
    );
    const sizes = ids.map((id) => owners.filter((owner) => owner === id).length);
    if (Math.max(...sizes) - Math.min(...sizes) <= 1) fewest = Math.min(fewest, moves(owners, members));
  }
  return fewest;
}

describe('whatever the members claim', () => {
  test('each partition is with one member, the numbers differ by 1 at most, in ascending order', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), liars, (count, members) => {
        const shares = shareOut(count, members);
        ownersOf(count, shares);
        expect([...shares.keys()].toSorted()).toEqual(members.map(({ id }) => id).toSorted());
        const sizes = [...shares.values()].map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const share of shares.values()) expect(share).toEqual([...share].toSorted((a, b) => a - b));
      }),
    );
  });

  test('no balanced way to share out moves fewer partitions: all are tried', () => {
    fc.assert(
      fc.property(counts, liars, (count, members) => {
        const owners = ownersOf(count, shareOut(count, members));
        expect(moves(owners, members)).toBe(fewestMoves(count, members));
      }),
      { numRuns: 300 },
    );
  });

  test('the order of the members changes nothing', () => {
    const shuffled = liars.chain((members) =>
      fc.tuple(
        fc.constant(members),
        fc.shuffledSubarray(members, { minLength: members.length, maxLength: members.length }),
      ),
    );
    fc.assert(
      fc.property(counts, shuffled, (count, [members, other]) => {
        const sorted = (all: readonly Sharer[]) =>
          [...shareOut(count, all)].toSorted(([a], [b]) => (a < b ? -1 : 1));
        expect(sorted(other)).toEqual(sorted(members));
      }),
    );
  });
});

describe('members that come and go, each holding what it was given', () => {
  test('nobody who stays gives up a partition when another leaves', () => {
    fc.assert(
      fc.property(fc.nat({ max: 30 }), fc.integer({ min: 2, max: 8 }), fc.nat(), (count, size, leaver) => {
        const ids = Array.from({ length: size }, (_, i) => `m${i}`);
        const before = shareOut(count, fresh(...ids));
        const left = ids[leaver % size]!;
        const after = shareOut(
          count,
          remaining(before, 1, (id) => id === left),
        );
        for (const [id, partitions] of after)
          expect(partitions).toEqual(expect.arrayContaining([...before.get(id)!]));
      }),
    );
  });

  test('one who comes gets the smaller share, and nothing else moves', () => {
    fc.assert(
      fc.property(fc.nat({ max: 30 }), fc.integer({ min: 1, max: 8 }), (count, size) => {
        const before = shareOut(count, fresh(...Array.from({ length: size }, (_, i) => `m${i}`)));
        const after = shareOut(count, [...remaining(before, 1), ...fresh('a new one')]);
        expect(after.get('a new one')).toHaveLength(Math.floor(count / (size + 1)));
        for (const [id, partitions] of before)
          expect(partitions).toEqual(expect.arrayContaining([...after.get(id)!]));
      }),
    );
  });

  test('who was away loses against who has taken over since', () => {
    const shares = shareOut(4, [
      { id: 'a', claim: { generation: 5, partitions: [0, 1] } },
      { id: 'b', claim: { generation: 6, partitions: [1, 2] } },
      { id: 'zombie', claim: { generation: 4, partitions: [0, 1, 2, 3] } },
    ]);
    expect(shares).toEqual(
      new Map([
        ['a', [0]],
        ['b', [1, 2]],
        ['zombie', [3]],
      ]),
    );
  });
});
