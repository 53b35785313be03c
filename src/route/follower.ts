import { isFor } from './match.ts';
import type { RouteSetting } from './settings.ts';
import type { ToldAlert } from './told-alert.ts';

/** An alert that was told and is not over. */
interface Open {
  /** Its place in the outbox. */
  readonly place: number;
  readonly alert: ToldAlert;
}

/** Where a route goes on in a part of the outbox. */
export interface FollowedFrom {
  /** What stands before this was told already: it only says what fires. */
  readonly position: number;
  /** False where some of that is gone: an alert may be over of which nothing else is known. */
  readonly isWhole: boolean;
}

/**
 * What a route has to tell of one part of the outbox, and what fires there by all that it was told.
 *
 * 1. Of an alert that was not told when it fired, muted or of another route, the end is not told either.
 * 2. The end of an alert is told with the severity, reason, channel, score and values of when it fired: receivers know it by them.
 * 3. An alert that a late reading has made none is over; one whose end it has made none fires again. Where only a turn has moved nothing is told.
 */
export class Follower {
  readonly #route: Pick<RouteSetting, 'match' | 'sendResolved'>;
  readonly #from: FollowedFrom;
  /** By id, in the order of their places. */
  readonly #open = new Map<string, Open>();

  constructor(route: Pick<RouteSetting, 'match' | 'sendResolved'>, from: FollowedFrom) {
    this.#route = route;
    this.#from = from;
  }

  /** What fires. */
  get firing(): readonly ToldAlert[] {
    return Array.from(this.#open.values(), ({ alert }) => alert);
  }

  /** Place of the oldest alert that fires: to know again what does, all from there is to be read. */
  get oldest(): number | undefined {
    return this.#open.values().next().value?.place;
  }

  /** What is to be told of a turn; undefined: nothing. */
  toTell(place: number, turn: ToldAlert): ToldAlert | undefined {
    const isOfEnd = becomes(turn) === 'resolved' || turn.withdraws === 'resolved';
    if (place < this.#from.position || (isOfEnd && !this.#route.sendResolved)) return undefined;
    return this.#wanted(turn);
  }

  /** The turn was told, or there was nothing to tell. */
  passed(place: number, turn: ToldAlert): void {
    const alert = this.#wanted(turn);
    const state = becomes(turn);
    if (state === 'resolved') this.#open.delete(turn.id);
    if (state === 'firing' && alert) this.#open.set(turn.id, { place, alert });
  }

  #wanted(turn: ToldAlert): ToldAlert | undefined {
    const state = becomes(turn);
    if (state === undefined) return undefined;
    const isOurs = !turn.isMuted && isFor(this.#route.match, turn);
    const isWithdrawn = state === 'resolved' && turn.state === 'withdrawn';
    const alert: ToldAlert = { ...turn, state, ...(isWithdrawn && { isWithdrawn }) };
    if (state === 'firing') return isOurs ? alert : undefined;
    const fired = this.#open.get(turn.id)?.alert;
    if (!fired) return isOurs && !this.#from.isWhole ? alert : undefined;
    // after one that fired again another end
    const revision = Math.max(turn.revision ?? 0, fired.revision ?? 0);
    return {
      ...fired,
      state,
      time: turn.time,
      peak: isWithdrawn ? fired.peak : turn.peak,
      ...(revision > 0 && { revision }),
      ...(isWithdrawn && { isWithdrawn }),
    };
  }
}

/** What somebody who is told of alerts takes a turn for; undefined where it is nothing to tell of. */
function becomes({ state, withdraws, isNews }: ToldAlert): 'firing' | 'resolved' | undefined {
  if (isNews === false) return undefined;
  if (state === 'firing' || withdraws === 'resolved') return 'firing';
  return state === 'resolved' || withdraws === 'firing' ? 'resolved' : undefined;
}
