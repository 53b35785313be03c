import type { Alerted } from '../../alert/alert.ts';
import type { Frame } from '../../frame.ts';
import { alertOfPoint, type ToldAlert } from '../../route/told-alert.ts';
import { alertPoints } from '../../sink/alert-points.ts';

/** An alert that was told, from when it fired. */
export interface FiredAlert {
  readonly partition: number;
  /** As it was told when it fired. */
  readonly told: ToldAlert;
  /** Event time at which it was over, ms; Infinity of one that stands. */
  readonly until: number;
}

/** The alerts of one side: those that somebody would have been told of. */
export class FiredAlerts {
  readonly #fired = new Map<
    string,
    { readonly partition: number; readonly told: ToldAlert; until: number }
  >();

  /** Whether the pipeline gives alerts at all. */
  sees = false;

  take(partition: number, frame: Frame & Partial<Alerted>): void {
    const { alerts } = frame;
    if (alerts === undefined) return;
    this.sees = true;
    for (const point of alertPoints({ alerts })) {
      const told = alertOfPoint(point, 0);
      const key = `${partition} ${told.id}`;
      const known = this.#fired.get(key);
      if (told.state === 'firing' && !told.isMuted && !known)
        this.#fired.set(key, { partition, told, until: Infinity });
      if (told.state === 'resolved' && known) known.until = told.time;
      if (told.withdraws === 'resolved' && known) known.until = Infinity;
      if (told.withdraws === 'firing' && told.isNews !== false) this.#fired.delete(key);
    }
  }

  /** By the time at which they fired, then partition and series. */
  get all(): readonly FiredAlert[] {
    return [...this.#fired.values()].toSorted(
      (a, b) =>
        a.told.time - b.told.time ||
        a.partition - b.partition ||
        (a.told.series < b.told.series ? -1 : a.told.series > b.told.series ? 1 : 0),
    );
  }
}

/** Whether an alert of the same series stands at the same time among others. */
export function hasLike({ partition, told, until }: FiredAlert, others: readonly FiredAlert[]): boolean {
  return others.some(
    (other) =>
      other.partition === partition &&
      other.told.series === told.series &&
      other.told.since <= until &&
      told.since <= other.until,
  );
}
