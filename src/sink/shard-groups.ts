const DAY = 86_400_000;
/** What a duration is chosen from; the first is InfluxDB's own for a bucket without an end. */
const DURATIONS = [7, 28, 91, 364, 3640].map((days) => days * DAY);
/** Most shards that are chosen. Each keeps about nine files open: InfluxDB 2.7 ran out of 20,000 handles at some 2,250 of them. */
const MOST = 100;
/** From so many on it is worth a warning. */
const MANY = 200;

/** How long a shard group of a bucket should be, ms, that is to hold points of a range of so many ms of event time. */
export function shardGroupFor(range: number): number {
  return DURATIONS.find((duration) => shardsOf(range, duration) <= MOST) ?? DURATIONS.at(-1)!;
}

/** How many shards a range of so many ms makes at most. */
export function shardsOf(range: number, duration: number): number {
  return Math.ceil(range / duration) + 1;
}

/** Whether these are so many that the server will feel them. */
export function areManyShards(shards: number): boolean {
  return shards >= MANY;
}
