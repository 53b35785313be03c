import type { Memory } from '../memory/memory.ts';
import { nearestPoint } from './nearest.ts';
import { Seen } from './seen.ts';
import { evidenceOf, type Sighting } from './sighting.ts';
import { TimeOfDay } from './time-of-day.ts';
import { UsualDistance } from './usual-distance.ts';

/** Evidence of a distance that is the usual one and 0.08. */
const WEIGHT = 1;
/** Moments that are remembered. */
const ROOM = 256;
/** Moments this near to each other are alike. */
const LIKE = 0.05;

/** A view of a number beside its time of the day: how far the pair (x, x less the mean of this time of the day) is from the nearest there was. */
export class SeasonView {
  readonly #memory: Memory;
  readonly #timeOfDay: TimeOfDay;
  readonly #seen: Seen;
  readonly #usual: UsualDistance;

  constructor(memory: Memory, name: string, channels: number) {
    this.#memory = memory;
    this.#timeOfDay = new TimeOfDay(memory, name, channels);
    this.#seen = new Seen(memory, name, channels, 2, ROOM);
    this.#usual = new UsualDistance(memory, name, channels);
  }

  /** What is novel about x, a float32, at this time of the day; then it is remembered. Nothing is said of the first. */
  look(row: number, channel: number, time: number, x: number): Sighting[] {
    const seen = this.#seen;
    const change = Math.fround(this.#timeOfDay.take(row, channel, time, x));
    seen.widen(row, channel, x, change);
    const { moment, distance } = nearestPoint(
      this.#memory.view(),
      seen.first(row, channel, 0),
      seen.first(row, channel, 1),
      seen.count(row, channel),
      x,
      change,
      seen.span(row, channel, 0),
      seen.span(row, channel, 1),
    );
    if (moment < 0) {
      seen.add(row, channel, time, x, change);
      return [];
    }
    const evidence = evidenceOf(WEIGHT, distance, this.#usual.get(row, channel));
    this.#usual.add(row, channel, distance);
    const nearest = { value: seen.place(row, channel, moment, 0), time: seen.time(row, channel, moment) };
    if (distance <= LIKE) seen.renew(row, channel, moment, time);
    else seen.add(row, channel, time, x, change);
    return [{ view: 'season', evidence, got: x, nearest }];
  }
}
