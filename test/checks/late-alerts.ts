import type { DatabaseSync } from 'node:sqlite';
import { alertOfPoint } from '../../src/route/told-alert.ts';
import type { Points } from '../../src/sink/points.ts';

/** The turns of alerts that stand after all that was told of them, as a table or a topic holds it. */
export class StandingTurns {
  readonly #turns = new Map<string, string>();

  take(all: readonly Points[]): void {
    for (const block of all) for (let i = 0; i < block.length; i++) this.#put(block, i);
  }

  #put(block: Points, i: number): void {
    const { id, state, time, withdraws, isMuted, severity, revision = 0 } = alertOfPoint(block, i);
    const name = (turn: string): string => `${id} ${turn} ${time}`;
    if (state === 'withdrawn') {
      if (!this.#turns.delete(name(withdraws!))) throw new Error(`${name(withdraws!)} was not there`);
      return;
    }
    if (revision === 0 && this.#turns.has(name(state))) throw new Error(`${name(state)} is told twice`);
    this.#turns.set(name(state), `${severity}${isMuted ? ' muted' : ''}`);
  }

  get sorted(): readonly string[] {
    return [...this.#turns].map(([turn, facts]) => `${turn} ${facts}`).toSorted();
  }
}

/** The turns that stand in a run's table of alerts, by what its columns mean. */
export function turnsOfTable(database: DatabaseSync): readonly string[] {
  const rows = database
    .prepare(
      `SELECT series, since, time, state, severity, muted, withdraws, revision, id FROM alert AS one WHERE state <> 'withdrawn' AND NOT EXISTS (
        SELECT 1 FROM alert AS other WHERE other.partition = one.partition AND other.series = one.series AND other.since = one.since
          AND other.time = one.time AND (other.state = one.state OR other.withdraws = one.state) AND other.id > one.id)`,
    )
    .all() as Record<string, string | number>[];
  return rows
    .map(({ series, since, time, state, severity, muted }) =>
      [`${series}@${since}`, state, time, severity, ...(muted ? ['muted'] : [])].join(' '),
    )
    .toSorted();
}
