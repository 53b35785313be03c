import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import { NoveltyJudge } from './novelty-judge.ts';
import type { NoveltySettings } from './novelty-settings.ts';
import type { NoveltyView, Sighting } from './sighting.ts';

/** Why a reading of a channel is novel. */
export interface NoveltyEvidence {
  /** i, row of the frame. */
  readonly row: number;
  /** Its place in a reading. */
  readonly channel: number;
  readonly score: number;
  /** What the views saw that had something to say, the one that raised the score most first. */
  readonly views: readonly ViewEvidence[];
}

/** What one view has seen. */
export interface ViewEvidence {
  /** Which of them. */
  readonly view: NoveltyView;
  /** Its share in the evidence; those of all views add up to 1. */
  readonly share: number;
  /** What it saw, in the series' units: an extreme of the newest readings, or their level. */
  readonly got: number;
  /** The most similar of what it had seen before, in the same units, and when that was last there, ms. */
  readonly nearest: { readonly value: number; readonly time: number };
}

/** What `novelty` adds: of the channels that are forecast where the stage stands after `forecast`, else of all. */
export interface Novel {
  /**
   * [n × T] how little a channel has been like this before, in [0, 1); 0.5 is an alert by default. It is judged at the ends of blocks of
   * readings: 0 at the others, in the first half of the warm-up, and where a stronger alert has just been; NaN where the channel was not observed.
   */
  readonly novelty: Float64Array;
  /** Of the readings whose score is at least the threshold, by row and channel; in most frames there are none. */
  readonly novelties: readonly NoveltyEvidence[];
}

/**
 * How novel each reading is: how far from all that its channel has been before, in several views of it.
 *
 * 1. Each channel's readings are looked at in blocks of warmUp / 100 of them (for the view `season` / 300): their extreme and their mean.
 * 2. A view's evidence is the distance to the nearest moment that it remembers, as a share of the range of all there ever was, over 0.08 and
 *    the distance that one in twenty of the last 100 exceeds.
 * 3. The views' evidence is added up from half of warmUp on. For a fifth of warmUp after a peak only what is higher counts; a series that often rises so
 *    high must rise higher (see `Peaks`).
 * 4. The score is e / (e + 1.4), e being what is left of the evidence.
 *
 * Nothing depends on the unit or the zero of the values. What was seen before is not novel, however seldom; a reading is judged by what came
 * before it only.
 *
 * @param channels of a reading
 * @see test/nab, which scores it on the Numenta Anomaly Benchmark
 */
export function novelty(
  memory: Memory,
  channels: number,
  { warmUp, threshold }: NoveltySettings,
): Stage<Frame & Partial<Pick<Forecasted, 'targets'>>, Novel> {
  const judge = new NoveltyJudge(memory, channels, warmUp);
  const all = Array.from({ length: channels }, (_, c) => c);
  return stage((frame: Frame & Partial<Pick<Forecasted, 'targets'>>) => {
    const { length: n, channels: width, targets = all, series, time, value } = frame;
    const scores = new Float64Array(n * targets.length).fill(NaN);
    const novelties: NoveltyEvidence[] = [];
    for (let i = 0, at = 0; i < n; i++) {
      for (let c = 0; c < targets.length; c++, at++) {
        const channel = targets[c]!;
        const y = value[i * width + channel]!;
        if (Number.isNaN(y)) continue;
        const { score, sightings, first } = judge.take(series[i]!, c, time[i]!, y);
        scores[at] = score;
        if (score >= threshold) novelties.push({ row: i, channel, score, views: viewsOf(sightings, first) });
      }
    }
    return { novelty: scores, novelties };
  });
}

function viewsOf(sightings: readonly Sighting[], first: number): ViewEvidence[] {
  const whole = sightings.reduce((sum, { evidence }) => sum + evidence, 0);
  return sightings
    .filter(({ evidence }) => evidence > 0)
    .map(({ view, evidence, got, nearest: { value, time } }) => ({
      view,
      share: evidence / whole,
      got: got + first,
      nearest: { value: value + first, time },
    }))
    .toSorted((a, b) => b.share - a.share);
}
