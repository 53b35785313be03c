import { mustNotRevise } from '../align/must-not-revise.ts';
import type { Command } from '../command.ts';
import type { Detected } from '../detect/detect.ts';
import { type Evidence, type Judged, REASONS } from '../detect/judge.ts';
import type { Silences, Silent } from '../detect/silence.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';
import { matches } from '../glob.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import { BUDGET, takeWithinBudget } from './budget.ts';
import { ALERT, peakOf, phaseOf, FIRING, QUIET, sinceOf, stepAlert, type Turn } from './machine.ts';
import type { AlertSettings } from './settings.ts';
import { ALERT_NUMBERS, type AlertNumbers, type AlertTurn } from './turn.ts';

/** What `alert` adds. */
export interface Alerted {
  /** Alerts that have begun, fired or ended in this frame, in order; mostly none. */
  readonly alerts: readonly AlertTurn[];
}

/** Columns that alerts are made from. */
export type Alertable = Frame & Forecasted & Judged & Evidence & Partial<Silences & Detected>;

/**
 * Of a series, behind the machine's numbers: it is muted before this time; what its oddness has to reach; whether its alert was told; the last time that
 * it was judged at.
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
 *
 * @throws ForetideError PIPELINE_INVALID where late readings are taken in: what people were told is not revised
 */
export function alert(memory: Memory, settings: AlertSettings): Stage<Alertable, Alerted> {
  mustNotRevise(memory, 'alert');
  const slot = memory.series('alert', 'f64', NUMBERS);
  const ledger = settings.budget > 0 ? memory.series('alert.budget', 'f64', BUDGET) : undefined;
  const expression = settings.labels === undefined ? undefined : new RegExp(settings.labels, 'u');

  function isMuted(f64: Float64Array, at: number, name: string, time: number): boolean {
    if (time < f64[at + MUTED_UNTIL]!) return true;
    return settings.maintenance.some(
      ({ series, from, to }) => time >= from && time < to && matches(series, name),
    );
  }

  /** Takes in one score of a series. */
  function take(f64: Float64Array, row: number, time: number, score: number): Taken | undefined {
    const at = slot.at(row);
    if (Number.isNaN(score)) return undefined;
    const latest = f64[at + LATEST]!;
    const now = latest !== 0 && time <= latest ? latest + 1 : time;
    f64[at + LATEST] = now;
    return judgeAt(f64, row, now, score);
  }

  function judgeAt(f64: Float64Array, row: number, time: number, score: number): Taken | undefined {
    const at = slot.at(row);
    const isWithin = !ledger || takeWithinBudget(f64, ledger.at(row), time, score, settings);
    const turn = stepAlert(f64, at, time, score, settings, isWithin ? f64[at + BAR] : Infinity);
    const isQuiet = turn === undefined && phaseOf(f64, at) !== FIRING;
    if (isQuiet) return undefined;
    const muted = isMuted(f64, at, memory.name(row), time);
    if (turn === 'firing') f64[at + TOLD] = muted ? 0 : 1;
    if (turn === 'resolved') return { turn, isMuted: f64[at + TOLD] === 0, time };
    if (turn !== undefined) return { turn, isMuted: muted, time };
    if (muted || f64[at + TOLD] === 1) return undefined;
    f64[at + TOLD] = 1;
    return { turn: 'firing', isMuted: false, time };
  }

  function turnOf(
    row: number,
    { turn, isMuted: muted, time }: Taken,
    more: Omit<AlertTurn, keyof Taken | 'series' | 'since' | 'severity' | 'peak' | 'labels'>,
  ): AlertTurn {
    const { f64 } = memory.view();
    const at = slot.at(row);
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
      labels: { ...expression?.exec(series)?.groups },
    };
  }

  function obey(command: Command): void {
    if (command.kind !== 'feedback' && command.kind !== 'mute') return;
    const { f64 } = memory.view();
    if (command.kind === 'feedback') {
      const row = memory.find(command.series);
      if (row === undefined) return;
      memory.touch(row);
      const at = slot.at(row) + BAR;
      const bar = Math.max(f64[at]!, settings.raise);
      f64[at] = command.isTrue ? settings.raise : bar + LESS * (1 - bar);
      return;
    }
    for (let row = 0; row < memory.length; row++) {
      if (!matches(command.series, memory.name(row))) continue;
      memory.touch(row);
      f64[slot.at(row) + MUTED_UNTIL] = command.until;
    }
  }

  return stage((frame: Alertable) => {
    const { length: n, series, time, oddness, reason, oddest, silent = [], command } = frame;
    const alerts: AlertTurn[] = [];
    if (command) obey(command);
    const { f64 } = memory.view();
    let next = 0;
    const takeSilent = (after: number): void => {
      for (; next < silent.length && silent[next]!.after <= after; next++) {
        const one: Silent = silent[next]!;
        memory.touch(one.series);
        const taken = take(f64, one.series, one.time, one.score);
        if (taken) alerts.push(turnOf(one.series, taken, ofSilence(one)));
      }
    };
    takeSilent(-1);
    for (let i = 0; i < n; i++) {
      const taken = take(f64, series[i]!, time[i]!, oddness[i]!);
      if (taken)
        alerts.push(
          turnOf(series[i]!, taken, {
            reason: REASONS[reason[i]!]!,
            score: oddness[i]!,
            ...shown(frame, i, oddest[i]!),
            offset: frame.offset[i]!,
          }),
        );
      takeSilent(i);
    }
    return { alerts };
  });
}

/** An alert that stands. */
export interface StandingAlert {
  readonly series: string;
  readonly state: 'pending' | 'firing';
  readonly since: number;
  readonly peak: number;
}

/** The alerts that are pending or firing in a Memory; none where its pipeline gives none. */
export function standingAlerts(memory: Memory): StandingAlert[] {
  const slot = memory.seriesSlot('alert');
  if (!slot) return [];
  const { f64 } = memory.view();
  const standing: StandingAlert[] = [];
  for (let row = 0; row < memory.length; row++) {
    const at = slot.at(row);
    const phase = phaseOf(f64, at);
    if (phase === QUIET) continue;
    const state = phase === FIRING ? 'firing' : 'pending';
    standing.push({ series: memory.name(row), state, since: sinceOf(f64, at), peak: peakOf(f64, at) });
  }
  return standing;
}

/**
 * How many alerts are pending or firing in a Memory, by `STATE/SEVERITY`; null where its pipeline gives none.
 *
 * @param critical oddness from which an alert is critical: see the settings
 */
export function countStanding(memory: Memory, critical: number): Readonly<Record<string, number>> | null {
  const slot = memory.seriesSlot('alert');
  if (!slot) return null;
  memory.seal();
  const { f64 } = memory.view();
  const counts = { 'pending/warning': 0, 'pending/critical': 0, 'firing/warning': 0, 'firing/critical': 0 };
  for (let row = 0; row < memory.length; row++) {
    const at = slot.at(row);
    const phase = phaseOf(f64, at);
    if (phase === QUIET) continue;
    const state = phase === FIRING ? 'firing' : 'pending';
    counts[`${state}/${peakOf(f64, at) >= critical ? 'critical' : 'warning'}`]++;
  }
  return counts;
}

const NO_NUMBERS = Object.fromEntries(ALERT_NUMBERS.map((name) => [name, NaN])) as unknown as AlertNumbers;

function ofSilence({ score }: Silent) {
  return { ...NO_NUMBERS, reason: 'silence', channel: '', score, offset: NaN } as const;
}

/** What came of a channel, what was expected, and what speaks for its being odd. */
function shown(frame: Alertable, i: number, target: number) {
  const { channels, channelNames, targets, value, novelties = [] } = frame;
  const channel = targets[target]!;
  const at = i * targets.length + target;
  const nearest = novelties.find((one) => one.row === i && one.channel === channel)?.views[0]?.nearest;
  const number = (
    column: 'expected' | 'outerLo' | 'outerHi' | 'surprise' | 'jump' | 'flatline' | 'novelty',
  ): number => frame[column]?.[at] ?? NaN;
  return {
    channel: channelNames[channel]!,
    value: value[i * channels + channel]!,
    expected: number('expected'),
    lo: number('outerLo'),
    hi: number('outerHi'),
    surprise: number('surprise'),
    jump: number('jump'),
    flatline: number('flatline'),
    novelty: number('novelty'),
    nearest: nearest?.value ?? NaN,
    nearestTime: nearest?.time ?? NaN,
  };
}
