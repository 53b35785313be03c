import { setImmediate as breathe } from 'node:timers/promises';
import type { SeriesList } from './answers.ts';
import type { History } from './history.ts';
import { NameOrder } from './name-order.ts';
import { type Standing, standingOf, STANDINGS } from './standing.ts';

/** What the list is sorted by: what needs attention first; the greatest error against the last value first; the longest silence first; the name. */
export const SORTS = ['attention', 'error', 'silence', 'name'] as const;
export type SeriesSort = (typeof SORTS)[number];

/** What of the list is asked for. */
export interface SeriesQuery {
  /** Words that a name has to have. */
  readonly q: string;
  readonly sort: SeriesSort;
  /** Left out: series in any standing. */
  readonly standing?: Standing | undefined;
  /** Place of the first that is given, of those that match. */
  readonly offset: number;
  readonly limit: number;
}

export interface SeriesIndexParts {
  readonly history: History;
  /** A look-up of each series' MAE against that of the last value, as it is now; NaN where it is not known. */
  readonly errors: () => (series: string) => number;
  /** Series of which an alert stands. */
  readonly alerted: () => ReadonlySet<string>;
}

/** Series up to which the order is made anew for each request. */
const FEW = 2000;
/** Of more it is as old as this at most, while somebody asks, ms. */
const EVERY = 2000;
/** Searches whose results are kept. */
const MOST_FOUND = 16;
/** Series that are looked at in one piece. */
const SLICE = 4000;

/** Values in the small line beside a series' name. */
const TAIL = 40;

/** A key is class, magnitude and rank in the order of names, in the bits of an integer below 2^53: so a typed array sorts it without a comparison. */
const RANKS = 2 ** 21;
const MAGNITUDES = 2 ** 24;

/** How the series stood at one moment, by their places in the order of names. */
interface View {
  readonly at: number;
  /** Of the series, and of those that have come since. */
  readonly names: NameOrder;
  /** Index in STANDINGS. */
  readonly standing: Uint8Array;
  readonly error: Float64Array;
  /** [series] ascending keys of each sort but `name` */
  readonly keys: Readonly<Record<Exclude<SeriesSort, 'name'>, Float64Array>>;
  readonly withAnomalies: number;
  readonly anomalies: number;
  readonly standings: Readonly<Record<Standing, number>>;
}

/**
 * The list of series in the orders that a person may want, however many there are: an order is made from time to time and in small pieces, not by each request,
 * and only while somebody asks.
 */
export class SeriesIndex {
  readonly #parts: SeriesIndexParts;
  #names = new NameOrder();
  /** Series that had left the history when the names were begun. */
  #left = 0;
  #view: View | undefined;
  #underWay: Promise<View> | undefined;
  /** What was found in a view: a page asks again and again for the same while it shows it. */
  #found: { readonly view: View; readonly places: Map<string, Int32Array> } | undefined;

  constructor(parts: SeriesIndexParts) {
    this.#parts = parts;
  }

  async list(query: SeriesQuery): Promise<SeriesList> {
    const view = await this.#fresh();
    const places = this.#places(query, view);
    const { withAnomalies, anomalies, standings } = view;
    const { history } = this.#parts;
    const series = [...places.subarray(query.offset, query.offset + query.limit)].flatMap((place) => {
      const name = view.names.name(place);
      const error = view.error[place]!;
      const summary = history.summary(name);
      // it has left since
      if (summary === undefined) return [];
      return {
        summary,
        standing: STANDINGS[view.standing[place]!]!,
        error: Number.isNaN(error) ? null : error,
        tail: history.tail?.(name, TAIL) ?? [],
        fan: history.fan?.(name) ?? { time: [], yhat: [], lo: [], hi: [] },
      };
    });
    return {
      total: view.error.length,
      withAnomalies,
      anomalies,
      standings,
      matching: places.length,
      offset: query.offset,
      series,
    };
  }

  /** The view to answer from: of few series that of now, of many one that is about EVERY old. */
  async #fresh(): Promise<View> {
    const view = this.#view;
    const isMany = this.#parts.history.size > FEW;
    if (view !== undefined && isMany) {
      if (performance.now() - view.at > EVERY) this.#renew().catch(() => undefined);
      return view;
    }
    return this.#renew();
  }

  #renew(): Promise<View> {
    this.#underWay ??= this.#look().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #look(): Promise<View> {
    const errorOf = this.#parts.errors();
    const alerted = this.#parts.alerted();
    const { size, left = 0 } = this.#parts.history;
    const names = left === this.#left ? this.#names : new NameOrder();
    const [error, silence, counts] = [0, 1, 2].map(() => new Float64Array(size)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const standing = new Uint8Array(size);
    const fresh: string[] = [];
    let place = 0;
    for (const summary of this.#parts.history.series()) {
      if (place === size || place === RANKS) break; // what came meanwhile is for the next time
      const { name } = summary;
      if (place >= names.length) fresh.push(name);
      error[place] = errorOf(name);
      silence[place] = summary.behind;
      counts[place] = summary.anomalies;
      standing[place] = STANDINGS.indexOf(standingOf(summary, error[place]!, alerted.has(name)));
      place += 1;
      if (place % SLICE === 0) await breathe();
    }
    if (fresh.length > 0) await names.add(fresh, breathe);
    [this.#names, this.#left] = [names, left];
    this.#view = await this.#viewOf(place, names, { error, silence, counts, standing });
    return this.#view;
  }

  async #viewOf(
    length: number,
    names: NameOrder,
    of: {
      readonly error: Float64Array;
      readonly silence: Float64Array;
      readonly counts: Float64Array;
      readonly standing: Uint8Array;
    },
  ): Promise<View> {
    const [error, silence, counts] = [of.error, of.silence, of.counts].map((column) =>
      column.subarray(0, length),
    ) as [Float64Array, Float64Array, Float64Array];
    const standing = of.standing.subarray(0, length);
    const { ranks } = names;
    const sorted = async (key: (place: number) => number): Promise<Float64Array> => {
      await (length > FEW ? breathe() : undefined);
      return Float64Array.from({ length }, (_, place) => key(place) * RANKS + ranks[place]!).toSorted();
    };
    const byKind = [counts, silence, error, counts];
    const keys = {
      attention: await sorted((i) => standing[i]! * MAGNITUDES + least(byKind[standing[i]!]![i]!)),
      error: await sorted((i) => least(error[i]!)),
      silence: await sorted((i) => least(silence[i]!)),
    };
    const counted = [0, 0, 0, 0];
    for (const one of standing) counted[one]! += 1;
    return {
      at: performance.now(),
      names,
      standing,
      error,
      keys,
      withAnomalies: counts.reduce((sum, one) => sum + Number(one > 0), 0),
      anomalies: counts.reduce((sum, one) => sum + one, 0),
      standings: Object.fromEntries(STANDINGS.map((name, i) => [name, counted[i]!])) as Record<
        Standing,
        number
      >,
    };
  }

  /** Places of what matches, in the order that is asked for. */
  #places({ q, sort, standing }: SeriesQuery, view: View): Int32Array {
    const words = q.split(/\s+/).filter(Boolean);
    const key = JSON.stringify([words, sort, standing]);
    if (this.#found?.view !== view || this.#found.places.size >= MOST_FOUND)
      this.#found = { view, places: new Map() };
    const known = this.#found.places.get(key);
    if (known !== undefined) return known;
    const { order } = view.names;
    // names that came after the view was made are in the order of names alone
    const all =
      sort === 'name'
        ? order.filter((place) => place < view.error.length)
        : Int32Array.from(view.keys[sort], (one) => order[one % RANKS]!);
    const isFound = words.length === 0 ? undefined : view.names.find(words);
    const wanted = standing === undefined ? -1 : STANDINGS.indexOf(standing);
    const places = all.filter(
      (place) => isFound?.[place] !== 0 && (wanted < 0 || view.standing[place] === wanted),
    );
    this.#found.places.set(key, places);
    return places;
  }
}

/** The greater, the less: an integer below MAGNITUDES; what is not known comes last. */
function least(value: number): number {
  if (!(value > 0)) return MAGNITUDES - 1;
  return MAGNITUDES - 2 - Math.min(MAGNITUDES - 2, Math.floor(Math.log2(1 + value * 1000) * 2 ** 18));
}
