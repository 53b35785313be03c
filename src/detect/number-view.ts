import type { Memory } from '../memory/memory.ts';
import { beside } from './nearest.ts';
import { Seen } from './seen.ts';
import { evidenceOf, type NoveltyView, type Sighting } from './sighting.ts';
import { UsualDistance } from './usual-distance.ts';

/** A view and the scale that it measures distances on: from 0 for the lowest value there ever was to 1 for the highest, rising. */
export interface Scale {
  readonly view: NoveltyView;
  readonly scale: (share: number) => number;
}

/** Evidence of a distance that is the usual one and 0.08. */
const WEIGHT = 3;
/** Values that are remembered: a hundred cover the range, so that hardly any is forgotten. */
const ROOM = 128;
/** Values this near to each other, on every scale, are alike. */
const LIKE = 0.01;

/** Views of one number of each channel: how far it is, on each of some scales, from the nearest that was there before. */
export class NumberView {
  readonly #memory: Memory;
  readonly #seen: Seen;
  readonly #scales: readonly (Scale & { readonly usual: UsualDistance })[];

  /** @param scales the same memory serves all: whichever the scale, the nearest is next to the number */
  constructor(memory: Memory, name: string, channels: number, scales: readonly Scale[]) {
    this.#memory = memory;
    this.#seen = new Seen(memory, name, channels, 1, ROOM);
    this.#scales = scales.map((one) => ({
      ...one,
      usual: new UsualDistance(memory, `${name}.${one.view}`, channels),
    }));
  }

  /** What is novel about x, a float32; then it is remembered. Nothing is said of the first. */
  look(row: number, channel: number, time: number, x: number): Sighting[] {
    const seen = this.#seen;
    seen.widen(row, channel, x);
    const { below, above } = beside(
      this.#memory.view(),
      seen.first(row, channel, 0),
      seen.count(row, channel),
      x,
    );
    const low = seen.low(row, channel, 0);
    const span = seen.span(row, channel, 0);
    const share = (value: number): number => (span > 0 ? (value - low) / span : 0);
    const under = below < 0 ? NaN : seen.place(row, channel, below, 0);
    const over = above < 0 ? NaN : seen.place(row, channel, above, 0);
    // on the scale on which it is farthest
    let farUnder = below < 0 ? Infinity : 0;
    let farOver = above < 0 ? Infinity : 0;
    const sightings: Sighting[] = [];
    for (const { view, scale, usual } of this.#scales) {
      const place = scale(share(x));
      const toUnder = below < 0 ? Infinity : Math.max(0, place - scale(share(under)));
      const toOver = above < 0 ? Infinity : Math.max(0, scale(share(over)) - place);
      farUnder = Math.max(farUnder, toUnder);
      farOver = Math.max(farOver, toOver);
      const distance = Math.min(toUnder, toOver);
      if (distance === Infinity) continue;
      const [moment, value] = toUnder <= toOver ? [below, under] : [above, over];
      const evidence = evidenceOf(WEIGHT, distance, usual.get(row, channel));
      usual.add(row, channel, distance);
      sightings.push({ view, evidence, got: x, nearest: { value, time: seen.time(row, channel, moment) } });
    }
    if (Math.min(farUnder, farOver) <= LIKE)
      seen.renew(row, channel, farUnder <= farOver ? below : above, time);
    else seen.add(row, channel, time, x);
    return sightings;
  }
}
