import { ALERT_NUMBERS, type AlertNumbers, type AlertTurn } from '../../src/alert/turn.ts';
import type { ToldAlert } from '../../src/route/told-alert.ts';
import { alertPoints } from '../../src/sink/alert-points.ts';
import type { Store } from '../../src/store/store.ts';
import { commitOf } from '../checks/store.ts';

/** The turn of the stage `alert` that an alert comes of. */
export function turnOf({ state, id: _, ...alert }: ToldAlert): AlertTurn {
  const numbers = Object.fromEntries(
    ALERT_NUMBERS.map((name) => [name, alert[name] ?? NaN]),
  ) as unknown as AlertNumbers;
  return { ...alert, ...numbers, turn: state, offset: NaN };
}

const positions = new WeakMap<Store, number>();

/** Commits alerts as a run does. */
export async function commitAlerts(store: Store, alerts: readonly ToldAlert[], partition = 0): Promise<void> {
  const next = (positions.get(store) ?? 0) + 1;
  positions.set(store, next);
  await store.commit(commitOf({ partition, next, points: alertPoints({ alerts: alerts.map(turnOf) }) }));
}
