import type { Memory } from '../memory/memory.ts';
import { FIRING, peakOf, phaseOf, QUIET, sinceOf } from './machine.ts';

/** Where the alert of a series lies in Memory. */
export const ALERT_SLOT = 'alert';
/** Of the alerts that silence has apart, where late readings are taken in. */
export const SILENCE_SLOT = 'alert.silence';

/** An alert that stands. */
export interface StandingAlert {
  readonly series: string;
  readonly state: 'pending' | 'firing';
  readonly since: number;
  readonly peak: number;
}

/** The alerts that are pending or firing in a Memory, of readings and of silence; none where its pipeline gives none. */
export function standingAlerts(memory: Memory): StandingAlert[] {
  const slots = [ALERT_SLOT, SILENCE_SLOT].flatMap((name) => memory.seriesSlot(name) ?? []);
  if (slots.length === 0) return [];
  memory.seal();
  const { f64 } = memory.view();
  const standing: StandingAlert[] = [];
  for (const row of memory.rows) {
    for (const slot of slots) {
      const at = slot.at(row);
      const phase = phaseOf(f64, at);
      if (phase === QUIET) continue;
      const state = phase === FIRING ? 'firing' : 'pending';
      standing.push({ series: memory.name(row), state, since: sinceOf(f64, at), peak: peakOf(f64, at) });
    }
  }
  return standing;
}

/**
 * How many alerts are pending or firing in a Memory, by `STATE/SEVERITY`; null where its pipeline gives none.
 *
 * @param critical oddness from which an alert is critical: see the settings
 */
export function countStanding(memory: Memory, critical: number): Readonly<Record<string, number>> | null {
  if (!memory.seriesSlot(ALERT_SLOT)) return null;
  const counts = { 'pending/warning': 0, 'pending/critical': 0, 'firing/warning': 0, 'firing/critical': 0 };
  for (const { state, peak } of standingAlerts(memory))
    counts[`${state}/${peak >= critical ? 'critical' : 'warning'}`]++;
  return counts;
}
