/** The usual distance between two readings in milliseconds: the median of the newest 200; null of fewer than two. */
export function stepOf(time: readonly number[]): number | null {
  const newest = time.slice(-200);
  const distances = newest.slice(1).map((t, i) => t - newest[i]!);
  return distances.toSorted((a, b) => a - b)[distances.length >> 1] ?? null;
}
