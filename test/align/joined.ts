import { type JoinSettings, joinedChannels } from '../../src/align/join-settings.ts';
import { seededRandom } from '../../src/model/random.ts';
import { aggregate } from './readings.ts';

/** A reading of one channel of a series; its offset is its place in the stream. */
export interface Part {
  readonly series: string;
  /** Place among the channels: first those that are observed. */
  readonly channel: number;
  readonly time: number;
  readonly value: number;
}

/** A row of a joined series, as it has to be. */
export interface JoinedRow {
  readonly series: string;
  readonly time: number;
  /** [channels] NaN: no reading. */
  readonly value: readonly number[];
  /** [known][0 … ahead] */
  readonly known: readonly number[];
  /** Of the reading that closed it. */
  readonly offset: number;
}

/**
 * Two series whose channels come at their own pace: out of order, twice, late, with stretches in which one is silent; what is known comes
 * ahead, is revised, and comes too early and too late. Times are quarters of a second.
 */
export function parts(seed: number, length: number, join: JoinSettings, every: number): Part[] {
  const random = seededRandom(seed);
  const clocks = [-3e5, 1.7e12];
  const channels = joinedChannels(join).length;
  const all: Part[] = [];
  while (all.length < length) {
    const s = Math.floor(random() * clocks.length);
    const fate = random();
    clocks[s]! += Math.floor(random() * 3) * 500 + (fate < 0.02 ? Math.floor(60 * random()) * 1000 : 0);
    // a silent channel: of each stretch of a minute another
    const silent = Math.floor(clocks[s]! / 60_000) % 4;
    const channel = Math.floor(random() * channels);
    if (channel === Math.abs(silent) && random() < 0.95) continue;
    const back = fate > 0.8 ? Math.floor(random() * 30) * 500 : 0;
    const ahead = channel < join.channels.length ? 0 : Math.floor((join.ahead + 4) * random() - 1) * every;
    const time = clocks[s]! - back + ahead;
    all.push({ series: 'ab'[s]!, channel, time, value: Math.floor(100 * random()) / 4 });
    if (random() < 0.03) all.push(all.at(-1)!);
  }
  return all.slice(0, length);
}

type Kind = 'mean' | 'last' | 'sum' | 'min' | 'max';

interface Kept extends Part {
  readonly k: number;
}

/** What a join makes of readings, by keeping them all: rows in order, and by offset what became of each. */
export function joinByHand(
  readings: readonly Part[],
  join: JoinSettings,
  kind: Kind,
  every: number,
  offset: number,
): { rows: JoinedRow[]; fates: string[] } {
  const observed = join.channels.map((_, c) => c);
  const ring = join.ahead + join.wait + 1;
  const used = new Map<string, Kept[]>();
  const known = new Map<string, Kept[]>();
  const out = new Set<string>();
  const rows: JoinedRow[] = [];

  /** Whether interval k takes nothing more. */
  const isClosed = (series: string, k: number): boolean => {
    const all = used.get(series) ?? [];
    const isPast = (c: number): boolean => all.some((each) => each.channel === c && each.k > k);
    return observed.every(isPast) || all.some((each) => each.k > k + join.wait);
  };

  const fates = readings.map((reading, at) => {
    const { series, channel, time } = reading;
    const k = Math.floor((time - offset) / every);
    const all = used.get(series) ?? [];
    const ahead = known.get(series) ?? [];
    if (isClosed(series, k)) return 'late';
    if (channel >= observed.length) {
      const apart = ahead.map((each) => each.k - k).filter((steps) => steps % ring === 0);
      if (all.length === 0 && apart.some((steps) => steps > 0)) return 'late';
      let open = Math.min(...all.map((each) => each.k)) - join.wait - 1;
      while (all.length > 0 && isClosed(series, open)) open++;
      if (all.length > 0 && k >= open + ring) return 'early';
      const isOther = (each: Kept): boolean =>
        each.k === k ? each.channel !== channel : (each.k - k) % ring !== 0;
      known.set(series, [...ahead.filter(isOther), { ...reading, k }]);
      return 'used';
    }
    const same = all.filter((each) => each.k === k && each.channel === channel);
    if (same.length > 0 && time === Math.max(...same.map((each) => each.time))) return 'duplicate';
    all.push({ ...reading, k });
    used.set(series, all);
    const intervals = [...new Set(all.map((each) => each.k))].toSorted((a, b) => a - b);
    for (const closed of intervals) {
      const id = `${series} ${closed}`;
      if (out.has(id) || !isClosed(series, closed)) continue;
      out.add(id);
      const value = observed.map((c) =>
        aggregate(
          kind,
          all.filter((each) => each.k === closed && each.channel === c),
        ),
      );
      const knownOf = (c: number, of: number): number =>
        ahead.find((each) => each.k === of && each.channel === observed.length + c)?.value ?? NaN;
      const steps = Array.from({ length: join.ahead + 1 }, (_, h) => h);
      rows.push({
        series,
        time: closed * every + offset,
        value: [...value, ...join.known.map((_, c) => knownOf(c, closed))],
        known: join.known.flatMap((_, c) => steps.map((h) => knownOf(c, closed + h))),
        offset: at,
      });
    }
    return 'used';
  });
  return { rows, fates };
}
