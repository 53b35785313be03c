import { log32 } from '../maths/float32.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { Blocks } from './blocks.ts';
import { NumberView } from './number-view.ts';
import { Peaks } from './peaks.ts';
import { SeasonView } from './season-view.ts';
import type { Sighting } from './sighting.ts';

/** How novel a reading is, and what was seen: nothing where it ends no block. */
export interface Judgement {
  readonly score: number;
  readonly sightings: readonly Sighting[];
  /** The channel's first value, which those of the sightings are less. */
  readonly first: number;
}

const NOTHING: Judgement = { score: 0, sightings: [], first: 0 };
/** Evidence that is 0.5 as a score. */
const ALERT = 1.4;
/** Blocks in a warm-up: what is long enough to be an event, and what is short enough to be at a time of the day. */
const BLOCKS = 100;
const SEASON_BLOCKS = 300;
/** Parts of the warm-up: until views are asked, and until peaks are kept. */
const LOOKING = 0.5;
const PEAKING = 0.6;
/** How long peaks count, in warm-ups. */
const REFRACTORY = 0.2;
const FALL = 0.2;
const BUDGET = 5;
/** Weight of the newest block in the level. */
const LEVEL_RATE = 1 / 8;
/** Share of the range, from the lowest value up, within which the logarithm is nearly straight. */
const STRAIGHT = 0.03;
const WHOLE_LOG = log32(1 + 1 / STRAIGHT);
/** Values count as at most so far from the first one, so that their range is a float32. */
const FARTHEST = 1e37;

const straight = (share: number): number => share;
const logarithmic = (share: number): number => log32(1 + share / STRAIGHT) / WHOLE_LOG;

/** Says of every reading how unlike it is to all that its channel has been before; see `novelty`. */
export class NoveltyJudge {
  readonly #memory: Memory;
  readonly #warmUp: number;
  readonly #blocks: Blocks;
  readonly #seasonBlocks: Blocks;
  readonly #values: NumberView;
  readonly #levels: NumberView;
  readonly #season: SeasonView;
  readonly #peaks: Peaks;
  /** [channels] readings that have come. */
  readonly #count: Slot;
  /** [channels] the first value. */
  readonly #first: Slot;
  /** [channels][2] sum of the blocks' means, exponentially weighted, and of the weights. */
  readonly #level: Slot;

  constructor(memory: Memory, channels: number, warmUp: number) {
    this.#memory = memory;
    this.#warmUp = warmUp;
    const length = (blocks: number): number => Math.max(1, Math.floor(warmUp / blocks));
    this.#count = memory.series('novelty.readings', 'f64', channels);
    this.#first = memory.series('novelty.first', 'f64', channels);
    this.#level = memory.series('novelty.smoothed', 'f64', 2 * channels);
    this.#blocks = new Blocks(memory, 'novelty.block', channels, length(BLOCKS));
    this.#seasonBlocks = new Blocks(memory, 'novelty.season.block', channels, length(SEASON_BLOCKS));
    this.#values = new NumberView(memory, 'novelty.value', channels, [
      { view: 'value', scale: straight },
      { view: 'log', scale: logarithmic },
    ]);
    this.#levels = new NumberView(memory, 'novelty.level', channels, [{ view: 'level', scale: straight }]);
    this.#season = new SeasonView(memory, 'novelty.season', channels);
    this.#peaks = new Peaks(memory, 'novelty.peak', channels, {
      refractory: Math.max(3, REFRACTORY * warmUp),
      fall: FALL * warmUp,
      budget: BUDGET * warmUp,
    });
  }

  /** Takes a finite value in that a channel has at this time, ms. */
  take(row: number, channel: number, time: number, value: number): Judgement {
    const { f64 } = this.#memory.view();
    const countAt = this.#count.at(row) + channel;
    const firstAt = this.#first.at(row) + channel;
    const reading = ++f64[countAt]!;
    if (reading === 1) f64[firstAt] = value;
    const first = f64[firstAt]!;
    const x = Math.max(-FARTHEST, Math.min(FARTHEST, value - first));
    const blockEnds = this.#blocks.take(row, channel, x);
    const seasonBlockEnds = this.#seasonBlocks.take(row, channel, x);
    if (!blockEnds && !seasonBlockEnds) return NOTHING;

    const sightings: Sighting[] = [];
    if (blockEnds) {
      const extreme = Math.fround(this.#blocks.extreme(row, channel));
      sightings.push(...this.#values.look(row, channel, time, extreme));
      sightings.push(...this.#levels.look(row, channel, time, this.#smoothed(row, channel)));
    }
    if (seasonBlockEnds) {
      const extreme = Math.fround(this.#seasonBlocks.extreme(row, channel));
      sightings.push(...this.#season.look(row, channel, time, extreme));
    }
    if (reading <= LOOKING * this.#warmUp) return NOTHING;
    const evidence = sightings.reduce((sum, sighting) => sum + sighting.evidence, 0);
    if (evidence === 0) return NOTHING;
    const weighed = this.#peaks.weigh(row, channel, evidence, reading);
    if (reading >= PEAKING * this.#warmUp) this.#peaks.add(row, channel, evidence, reading);
    return { score: weighed / (weighed + ALERT), sightings, first };
  }

  /** Takes the mean of the newest block in; the mean of all of them, the older the less, as a float32. */
  #smoothed(row: number, channel: number): number {
    const { f64 } = this.#memory.view();
    const at = this.#level.at(row) + 2 * channel;
    f64[at]! += LEVEL_RATE * (this.#blocks.mean(row, channel) - f64[at]!);
    f64[at + 1]! += LEVEL_RATE * (1 - f64[at + 1]!);
    return Math.fround(f64[at]! / f64[at + 1]!);
  }
}
