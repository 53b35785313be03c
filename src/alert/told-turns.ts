import { toldSlot } from '../align/told.ts';
import { REASONS, type Reason } from '../detect/judge.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import type { Turn } from './machine.ts';

/** A turn of an alert as it is remembered. */
export interface KnownTurn {
  readonly turn: Turn;
  /** When the alert was raised, ms: which one it is. */
  readonly since: number;
  readonly severity: 'warning' | 'critical';
  readonly isMuted: boolean;
  readonly reason: Reason;
}

/** A turn that is none any more. */
export interface GoneTurn extends KnownTurn {
  /** Event time, ms. */
  readonly time: number;
}

/** Turns by their number less 1; 0: there is none. */
const TURNS: readonly Turn[] = ['pending', 'dropped', 'firing', 'resolved'];
/** Of a number of 16 bits: the turn, and above it what else. */
const TURN_BITS = 7;
const CRITICAL = 8;
const MUTED = 16;
const REASON = 32;

/** Of a reading: what was told with it, and what it is now. */
const TOLD = 0;
const NOW = 1;
const WIDTH = 2;

/**
 * Which turn of an alert each of the readings that are kept for late ones has brought, in Memory: as it was told, and as it is by what has come since. A late
 * reading moves the second ones, one after the other; when it has reached the newest, those that were told and are none any more are known.
 */
export class ToldTurns {
  readonly #memory: Memory;
  /** [capacity][WIDTH] bits, and times at which the alerts were raised. */
  readonly #bits: Slot;
  readonly #since: Slot;
  readonly #time: Slot;

  private constructor(memory: Memory, bits: Slot, since: Slot, time: Slot) {
    this.#memory = memory;
    this.#bits = bits;
    this.#since = since;
    this.#time = time;
  }

  /** @returns undefined where no late readings are taken in */
  static of(memory: Memory): ToldTurns | undefined {
    const bits = toldSlot(memory, 'alert', 'u16', WIDTH);
    const since = toldSlot(memory, 'alert.since', 'f64', WIDTH);
    const time = memory.seriesSlot('late.time');
    return bits && since && time && new ToldTurns(memory, bits, since, time);
  }

  /** The turn that the newest reading of a series has brought is told. @param place of the reading; −1: it is not kept */
  tell(row: number, place: number, turn: KnownTurn): void {
    if (place < 0) return;
    this.#put(row, place, TOLD, turn);
    this.#put(row, place, NOW, turn);
  }

  /**
   * What a reading brings when it is stepped again, or late.
   *
   * @param place of the reading; −1: it is not kept
   * @returns whether it is another turn than was told of it
   */
  change(row: number, place: number, turn: KnownTurn | undefined): boolean {
    if (place < 0) return turn !== undefined;
    this.#put(row, place, NOW, turn);
    return !this.#isSame(row, place, CRITICAL | MUTED | TURN_BITS);
  }

  /** Whether this turn of an alert was told, whenever it was; one that is not muted, not as one that is. */
  isTold(row: number, { turn, since, isMuted }: Pick<KnownTurn, 'turn' | 'since' | 'isMuted'>): boolean {
    return this.#places().some((place) => {
      const told = this.#get(row, place, TOLD);
      return told?.turn === turn && told.since === since && (isMuted || !told.isMuted);
    });
  }

  /** Whether anything was told of an alert. */
  isKnown(row: number, since: number): boolean {
    return this.#places().some((place) => this.#get(row, place, TOLD)?.since === since);
  }

  /** All that has changed is told: gives what was told and is none any more, in order of time. */
  settle(row: number): readonly GoneTurn[] {
    const { f64 } = this.#memory.view();
    const gone: GoneTurn[] = [];
    for (const place of this.#places()) {
      const told = this.#get(row, place, TOLD);
      if (told && !this.#isSame(row, place, TURN_BITS))
        gone.push({ ...told, time: f64[this.#time.at(row) + place]! });
      this.#put(row, place, TOLD, this.#get(row, place, NOW));
    }
    return gone;
  }

  /** Whether what was told is what there is now: the alert, and these bits. */
  #isSame(row: number, place: number, bits: number): boolean {
    const { u16, f64 } = this.#memory.view();
    const at = place * WIDTH;
    const changed = u16[this.#bits.at(row) + at + TOLD]! ^ u16[this.#bits.at(row) + at + NOW]!;
    const since = this.#since.at(row) + at;
    return (changed & bits) === 0 && f64[since + TOLD] === f64[since + NOW];
  }

  #places(): number[] {
    return Array.from({ length: this.#time.width }, (_, place) => place);
  }

  #get(row: number, place: number, which: number): KnownTurn | undefined {
    const { u16, f64 } = this.#memory.view();
    const bits = u16[this.#bits.at(row) + place * WIDTH + which]!;
    if (bits === 0) return undefined;
    return {
      turn: TURNS[(bits & TURN_BITS) - 1]!,
      since: f64[this.#since.at(row) + place * WIDTH + which]!,
      severity: (bits & CRITICAL) === 0 ? 'warning' : 'critical',
      isMuted: (bits & MUTED) !== 0,
      reason: REASONS[Math.floor(bits / REASON)]!,
    };
  }

  #put(row: number, place: number, which: number, turn: KnownTurn | undefined): void {
    const { u16, f64 } = this.#memory.view();
    const at = place * WIDTH + which;
    u16[this.#bits.at(row) + at] = turn ? bitsOf(turn) : 0;
    f64[this.#since.at(row) + at] = turn ? turn.since : 0;
  }
}

function bitsOf({ turn, severity, isMuted, reason }: KnownTurn): number {
  const flags = (severity === 'critical' ? CRITICAL : 0) + (isMuted ? MUTED : 0);
  return TURNS.indexOf(turn) + 1 + flags + REASON * REASONS.indexOf(reason);
}
