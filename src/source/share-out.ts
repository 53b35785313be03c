/** What a member of a group held last, as it says itself. */
export interface Claim {
  /** The group's generation under which it was given to it; 0: none. */
  readonly generation: number;
  /** Numbers of partitions. */
  readonly partitions: readonly number[];
}

/** A member of a group that partitions are shared out to. */
export interface Sharer {
  readonly id: string;
  readonly claim: Claim;
}

/**
 * Shares `count` partitions out to the members, so that as few as possible change hands.
 *
 * 1. Balanced: the members' numbers of partitions differ by 1 at most.
 * 2. Sticky: no other balanced sharing out leaves more partitions where they were. A partition was where the claim of the newest
 *    generation says; two claims of one generation contradict each other, and then it was nowhere.
 * 3. The same members give the same result, in whatever order they come.
 *
 * @param members at least one, each id once
 * @returns the partitions of every member, ascending
 * @see KIP-54, of which this is the part for topics that have the same partitions
 */
export function shareOut(count: number, members: readonly Sharer[]): ReadonlyMap<string, readonly number[]> {
  const sorted = members.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const held = heldBefore(count, sorted);
  const least = Math.floor(count / sorted.length);
  const larger = count % sorted.length;
  // the larger shares go to those who hold the most: nobody else could fill one with what it has
  const byHeld = sorted.toSorted((a, b) => held.get(b.id)!.length - held.get(a.id)!.length);
  const shares = new Map(
    byHeld.map(({ id }, i) => [id, held.get(id)!.slice(0, i < larger ? least + 1 : least)]),
  );
  const kept = new Set([...shares.values()].flat());
  const inOrder = sorted.map(({ id }) => shares.get(id)!);
  for (let partition = 0; partition < count; partition++) {
    if (kept.has(partition)) continue;
    inOrder.reduce((fewest, share) => (share.length < fewest.length ? share : fewest)).push(partition);
  }
  for (const share of inOrder) share.sort((a, b) => a - b);
  return shares;
}

/** What each member really held, ascending: no partition is with two of them. */
function heldBefore(count: number, members: readonly Sharer[]): ReadonlyMap<string, number[]> {
  const newest = new Map<number, { readonly generation: number; readonly id: string | undefined }>();
  for (const { id, claim } of members) {
    for (const partition of new Set(claim.partitions)) {
      const other = newest.get(partition)?.generation ?? -1;
      if (claim.generation < other) continue;
      newest.set(partition, {
        generation: claim.generation,
        id: claim.generation === other ? undefined : id,
      });
    }
  }
  const held = new Map(members.map(({ id }): [string, number[]] => [id, []]));
  for (let partition = 0; partition < count; partition++) {
    const id = newest.get(partition)?.id;
    if (id !== undefined) held.get(id)!.push(partition);
  }
  return held;
}
