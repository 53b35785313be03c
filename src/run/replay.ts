import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { ReplayAction, ReplayStatus } from '../serve/status.ts';
import type { Pace } from '../source/file-settings.ts';
import type { Source, SourceHandler, SourceRecord } from '../source/source.ts';
import { ReplayClock } from './replay-clock.ts';
import { ReplayGate } from './replay-gate.ts';
import { speedText } from '../speed.ts';

/** What a replay is made of. */
export interface ReplayParts {
  readonly input: RunSettings['input'];
  readonly source: Source;
  /** Where history goes. */
  readonly handler: SourceHandler;
  readonly timeOf: (record: SourceRecord) => number | undefined;
  readonly stop: AbortSignal;
}

/** How far it was when its progress had changed, from which the time left is estimated. */
interface Mark {
  /** ms of the wall clock */
  readonly wall: number;
  readonly event: number;
  readonly progress: number;
}

/**
 * A run over history, under one clock for all its partitions: it may be paused, go on by single readings, and change its speed. What
 * comes of it does not depend on that.
 */
export class Replay {
  readonly #source: Source;
  readonly #clock: ReplayClock;
  readonly #gate: ReplayGate;
  /** The first and the last change of progress at the present pace that were seen. */
  #first: Mark | undefined;
  #last: Mark | undefined;

  private constructor({ input, source, handler, timeOf, stop }: ReplayParts, speed: number) {
    this.#source = source;
    this.#clock = new ReplayClock(speed);
    const isMerged = input.kind !== 'kafka';
    this.#gate = new ReplayGate({ handler, clock: this.#clock, timeOf, isMerged, stop });
  }

  /**
   * The replay that a run over this input is; undefined for one that never ends.
   *
   * @param pace in place of the input's own
   * @throws ForetideError SETTINGS_INVALID for a duration where the source cannot tell how much there is
   */
  static async of(parts: ReplayParts, pace?: Pace): Promise<Replay | undefined> {
    const { input, source, stop } = parts;
    if (input.kind === 'kafka' && input.to === undefined) return undefined;
    const own: Pace = input.kind === 'file' ? input.pace : { kind: 'max' };
    return new Replay(parts, await speedOf(pace ?? own, source, stop));
  }

  /** What the source hands over to. */
  get handler(): SourceHandler {
    return this.#gate;
  }

  status(): ReplayStatus {
    const { speed, isPaused } = this.#clock;
    const { position, next } = this.#gate;
    return { position, next, speed: speedText(speed), isPaused, secondsLeft: this.#secondsLeft(position) };
  }

  act(action: ReplayAction): void {
    this.#first = undefined;
    switch (action.action) {
      case 'pause':
        return this.#gate.pause();
      case 'resume':
        return this.#gate.resume();
      case 'step':
        return action.time === undefined
          ? this.#gate.step(action.readings ?? 1)
          : this.#gate.skip(action.time);
      case 'speed':
        return this.#gate.go(action.speed);
    }
  }

  /** As if what is left were as dense as what came since the last change of pace. */
  #secondsLeft(position: number | null): number | null {
    const progress = this.#source.progress?.();
    const { speed, isPaused } = this.#clock;
    if (progress === undefined || position === null) return null;
    const now: Mark = { wall: performance.now(), event: position, progress };
    if (progress !== this.#last?.progress) {
      // the first that is seen may have been so for a while
      if (this.#last) this.#first ??= now;
      this.#last = now;
    }
    const share = this.#first ? this.#last.progress - this.#first.progress : 0;
    if (isPaused || !this.#first || share <= 0) return null;
    const between = (from: Mark, to: Mark): number =>
      speed === Infinity ? to.wall - from.wall : (to.event - from.event) / speed;
    const left = (between(this.#first, this.#last) / share) * (1 - this.#last.progress);
    return Math.max(0, left - between(this.#last, now)) / 1000;
  }
}

/** @returns ms of event time in a ms */
async function speedOf(pace: Pace, source: Source, stop: AbortSignal): Promise<number> {
  if (pace.kind === 'max') return Infinity;
  if (pace.kind === 'times') return pace.factor;
  if (source.span) return (await source.span(stop)) / pace.ms;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'How long the whole may take is for files alone',
    expected: 'max, or a factor such as 60x',
    got: `a duration, for ${source.name}`,
    where: '--speed',
  });
}
