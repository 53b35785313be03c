import type { Aligned } from '../align/align.ts';
import type { Command } from '../command.ts';
import type { Detected } from '../detect/detect.ts';
import { type Evidence, type Judged, REASONS } from '../detect/judge.ts';
import type { Look } from '../detect/looks.ts';
import type { Silences, Silent } from '../detect/silence.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';
import { matches } from '../glob.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { type Stage, stage } from '../stage.ts';
import { BUDGET, takeWithinBudget } from './budget.ts';
import { ALERT, endAlert, peakOf, phaseOf, FIRING, QUIET, sinceOf, stepAlert, type Turn } from './machine.ts';
import { DatedOrders, type Order, type Orders, PlainOrders } from './orders.ts';
import type { AlertSettings } from './settings.ts';
import { ALERT_SLOT, SILENCE_SLOT } from './standing.ts';
import { type GoneTurn, ToldTurns } from './told-turns.ts';
import { NO_NUMBERS, toldOfReading, toldOfSilence } from './told-numbers.ts';
import type { AlertTurn } from './turn.ts';

/** What `alert` adds. */
export interface Alerted {
  /** Alerts that have begun, fired or ended in this frame, in order; mostly none. */
  readonly alerts: readonly AlertTurn[];
}

/** Columns that alerts are made from. */
export type Alertable = Frame & Forecasted & Judged & Evidence & Partial<Aligned & Silences & Detected>;

/**
 * Of a series, behind the machine's numbers: it is muted before this time; what its oddness has to reach; whether its alert was told; the last time that
 * it was judged at. Where late readings are taken in `DatedOrders` has what is new of the first two.
 */
const MUTED_UNTIL = ALERT;
const BAR = ALERT + 1;
const TOLD = ALERT + 2;
const LATEST = ALERT + 3;
const NUMBERS = ALERT + 4;

/** A turn, and when it is. */
interface Taken {
  readonly turn: Turn;
  readonly isMuted: boolean;
  readonly time: number;
}

/** What an alert of a series lies in: its state, and where there is a budget the ledger. */
interface Machine {
  readonly slot: Slot;
  readonly ledger: Slot | undefined;
  readonly rules: AlertSettings;
}

/** What a turn tells beside its machine. */
type More = Omit<AlertTurn, keyof Taken | 'series' | 'since' | 'severity' | 'peak' | 'labels'>;

/** An alert that is said to be false takes the bar this share of the way to 1. */
const LESS = 0.25;

/**
 * Alerts from how odd readings are and from series that fall silent: one state for each series, in Memory, so that a restart neither fires again nor forgets.
 *
 * 1. A command `mute` and a stretch of maintenance keep alerts from being told. One that still fires when that is over is told then.
 * 2. A command `feedback` raises what the oddness of a series has to reach, or takes it back to `raise`.
 * 3. With a `budget` what would be an alert is none where the series was as odd too often before.
 * 4. A series that lags behind the partition may have been judged, as silent, at a later time than its next reading has: what that one turns is a millisecond
 *    after. So no two turns of a series are at one time, and no two alerts begin at one.
 * 5. Where late readings are taken in, the alert of a series goes back with it. What that makes of turns that were told is told with a `revision`: those that
 *    are new or another, and, as `withdrawn`, those that are none any more. Turns that are as they were told are not told again.
 * 6. There silence has an alert of its own, which no late reading changes (see `silenceInGrace`), with a budget of its own; and what people say holds for
 *    what is later than the watermark at which they say it (see `DatedOrders`).
 * 7. The alerts of a series that leaves (see `Eviction`) are over. One that comes after that begins later than any that had an alert has left, for it may be
 *    the same again.
 */
export function alert(memory: Memory, settings: AlertSettings): Stage<Alertable, Alerted> {
  const slot = memory.series(ALERT_SLOT, 'f64', NUMBERS);
  const hasBudget = settings.budget > 0;
  const ledger = hasBudget ? memory.series('alert.budget', 'f64', BUDGET) : undefined;
  const ofReadings: Machine = { slot, ledger, rules: settings };
  const turns = ToldTurns.of(memory);
  // looks that are no readings do not warm it up
  const ofSilence: Machine | undefined = turns && {
    slot: memory.apart(SILENCE_SLOT, 'f64', NUMBERS),
    ledger: hasBudget ? memory.apart(`${SILENCE_SLOT}.budget`, 'f64', BUDGET) : undefined,
    rules: { ...settings, warmUp: 0 },
  };
  const plain = new PlainOrders(memory, slot, { bar: BAR, mutedUntil: MUTED_UNTIL });
  const orders: Orders = turns ? new DatedOrders(memory, plain) : plain;
  /** Newest time of a turn of a series that has left. */
  const ended = memory.evicts ? memory.partition('series.ended', 'f64') : undefined;
  const expression = settings.labels === undefined ? undefined : new RegExp(settings.labels, 'u');

  function isMuted(name: string, time: number, { mutedUntil }: Order): boolean {
    if (time < mutedUntil) return true;
    return settings.maintenance.some(
      ({ series, from, to }) => time >= from && time < to && matches(series, name),
    );
  }

  /** Takes in one score of a series. @param said what holds for it; where nothing is given, what people have said of its time */
  function take(machine: Machine, row: number, time: number, score: number, said?: Order): Taken | undefined {
    if (Number.isNaN(score)) return undefined;
    const { f64 } = memory.view();
    const now = moveOn(f64, machine, row, time);
    return judgeAt(f64, machine, row, now, score, said ?? orders.at(row, now));
  }

  /** The series is judged at this time, or right after it was last. @returns when that is */
  function moveOn(f64: Float64Array, machine: Machine, row: number, time: number): number {
    const at = machine.slot.at(row) + LATEST;
    const latest = f64[at] === 0 && ended ? f64[ended.at(0)]! : f64[at]!;
    f64[at] = latest !== 0 && time <= latest ? latest + 1 : time;
    return f64[at];
  }

  /** What becomes of an alert of a series that leaves. */
  function end(machine: Machine, row: number, at: number): Taken | undefined {
    const { f64 } = memory.view();
    const from = machine.slot.at(row);
    if (sinceOf(f64, from) === 0) return undefined;
    memory.touch(row);
    memory.touchPartition();
    const time = moveOn(f64, machine, row, at);
    f64[ended!.at(0)] = Math.max(f64[ended!.at(0)]!, time);
    const turn = endAlert(f64, from, time);
    const isUntold =
      turn === 'resolved' ? f64[from + TOLD] === 0 : isMuted(memory.name(row), time, orders.newest(row));
    return turn && { turn, isMuted: isUntold, time };
  }

  function judgeAt(
    f64: Float64Array,
    { slot: own, ledger: budget, rules }: Machine,
    row: number,
    time: number,
    score: number,
    said: Order,
  ): Taken | undefined {
    const at = own.at(row);
    const isWithin = !budget || takeWithinBudget(f64, budget.at(row), time, score, settings);
    const turn = stepAlert(f64, at, time, score, rules, isWithin ? said.bar : Infinity);
    const isQuiet = turn === undefined && phaseOf(f64, at) !== FIRING;
    if (isQuiet) return undefined;
    const muted = isMuted(memory.name(row), time, said);
    if (turn === 'firing') f64[at + TOLD] = muted ? 0 : 1;
    if (turn === 'resolved') return { turn, isMuted: f64[at + TOLD] === 0, time };
    if (turn !== undefined) return { turn, isMuted: muted, time };
    if (muted || f64[at + TOLD] === 1) return undefined;
    f64[at + TOLD] = 1;
    return { turn: 'firing', isMuted: false, time };
  }

  function turnOf(
    { slot: own }: Machine,
    row: number,
    { turn, isMuted: muted, time }: Taken,
    more: More,
  ): AlertTurn & { readonly turn: Turn } {
    const { f64 } = memory.view();
    const at = own.at(row);
    const peak = peakOf(f64, at);
    const series = memory.name(row);
    return {
      ...more,
      turn,
      isMuted: muted,
      time,
      series,
      since: sinceOf(f64, at),
      severity: peak >= settings.critical ? 'critical' : 'warning',
      peak,
      labels: labelsOf(series),
    };
  }

  function labelsOf(series: string): Readonly<Record<string, string>> {
    return { ...expression?.exec(series)?.groups };
  }

  function obey(command: Command): void {
    if (command.kind !== 'feedback' && command.kind !== 'mute') return;
    if (command.kind === 'feedback') {
      const row = memory.find(command.series);
      if (row === undefined) return;
      memory.touch(row);
      const { mutedUntil, bar: before } = orders.newest(row);
      const bar = Math.max(before, settings.raise);
      orders.put(row, { mutedUntil, bar: command.isTrue ? settings.raise : bar + LESS * (1 - bar) });
      return;
    }
    for (const row of memory.rows) {
      if (!matches(command.series, memory.name(row))) continue;
      memory.touch(row);
      orders.put(row, { bar: orders.newest(row).bar, mutedUntil: command.until });
    }
  }

  /** The turns of a look at all series: of those that are silent, and those whose alert of silence stands. */
  function lookedAt(machine: Machine, { time }: Look, silent: readonly Silent[]): AlertTurn[] {
    const alerts: AlertTurn[] = [];
    let next = 0;
    for (const row of memory.rows) {
      const one = silent[next]?.series === row ? silent[next++] : undefined;
      if (!one && phaseOf(memory.view().f64, machine.slot.at(row)) === QUIET) continue;
      memory.touch(row);
      const isWarm = one !== undefined && one.readings! > settings.warmUp;
      const score = isWarm ? one.score : 0;
      const taken = take(machine, row, time, score, orders.newest(row));
      if (taken) alerts.push({ ...turnOf(machine, row, taken, toldOfSilence(score)), revision: 0 });
    }
    return alerts;
  }

  /** What is told of the i-th row, where late readings are taken in. */
  function revised(
    known: ToldTurns,
    { series, offset, revisions }: Alertable & Aligned,
    i: number,
    turn: (AlertTurn & { readonly turn: Turn }) | undefined,
  ): AlertTurn[] {
    const row = series[i]!;
    const { revision, again, place, isNewest } = revisions!;
    const number = revision[i]!;
    if (number === 0) {
      if (again[i] === 1 || !turn) return [];
      known.tell(row, place[i]!, turn);
      return [{ ...turn, revision: 0 }];
    }
    const isOther = known.change(row, place[i]!, turn);
    const alerts: AlertTurn[] = [];
    if (turn && isOther) alerts.push({ ...turn, revision: number, isNews: !known.isTold(row, turn) });
    if (isNewest[i] === 0) return alerts;
    for (const gone of known.settle(row)) alerts.push(withdrawn(known, row, gone, number, offset[i]!));
    return alerts;
  }

  /** That a turn which was told is none any more. */
  function withdrawn(
    known: ToldTurns,
    row: number,
    { turn, ...facts }: GoneTurn,
    revision: number,
    offset: number,
  ): AlertTurn {
    const series = memory.name(row);
    const { f64 } = memory.view();
    const at = slot.at(row);
    const stands = phaseOf(f64, at) !== QUIET && sinceOf(f64, at) === facts.since;
    const isOver = turn === 'resolved' || turn === 'dropped';
    const isLeft =
      turn === 'firing' ? known.isTold(row, { turn, ...facts }) : known.isKnown(row, facts.since);
    const score = stands ? peakOf(f64, at) : 0;
    return {
      ...NO_NUMBERS,
      ...facts,
      turn: 'withdrawn',
      withdraws: turn,
      isNews: isOver ? stands : !isLeft,
      revision,
      series,
      labels: labelsOf(series),
      channel: '',
      score,
      peak: score,
      offset,
    };
  }

  return stage((frame: Alertable) => {
    const {
      length: n,
      series,
      time,
      oddness,
      reason,
      oddest,
      silent = [],
      looks,
      leaving = [],
      command,
    } = frame;
    const alerts: AlertTurn[] = [];
    if (command) obey(command);
    for (const { series: row, time: at } of leaving) {
      for (const machine of [ofReadings, ...(ofSilence ? [ofSilence] : [])]) {
        const taken = end(machine, row, at);
        if (taken)
          alerts.push({ ...turnOf(machine, row, taken, toldOfSilence(0)), ...(turns && { revision: 0 }) });
      }
    }
    let next = 0;
    let nextLook = 0;
    const takeSilent = (after: number): void => {
      if (ofSilence && looks) {
        for (; nextLook < looks.length && looks[nextLook]!.after <= after; nextLook++) {
          const look = looks[nextLook]!;
          const first = next;
          while (silent[next]?.time === look.time) next++;
          alerts.push(...lookedAt(ofSilence, look, silent.slice(first, next)));
        }
        return;
      }
      for (; next < silent.length && silent[next]!.after <= after; next++) {
        const one: Silent = silent[next]!;
        memory.touch(one.series);
        const taken = take(ofReadings, one.series, one.time, one.score);
        if (taken) alerts.push(turnOf(ofReadings, one.series, taken, toldOfSilence(one.score)));
      }
    };
    takeSilent(-1);
    for (let i = 0; i < n; i++) {
      const taken = take(ofReadings, series[i]!, time[i]!, oddness[i]!);
      const turn =
        taken &&
        turnOf(ofReadings, series[i]!, taken, {
          reason: REASONS[reason[i]!]!,
          score: oddness[i]!,
          ...toldOfReading(frame, i, oddest[i]!),
          offset: frame.offset[i]!,
        });
      if (turns && isAligned(frame)) alerts.push(...revised(turns, frame, i, turn));
      else if (turn) alerts.push(turn);
      takeSilent(i);
    }
    return { alerts };
  });
}

function isAligned(frame: Alertable): frame is Alertable & Aligned {
  return frame.revisions !== undefined;
}
