import { standingAlerts } from '../alert/standing.ts';
import { alertId } from '../sink/alert-points.ts';
import type { Points } from '../sink/points.ts';
import type { AlertState } from '../serve/status.ts';
import type { Task } from './task.ts';

/** Fields of an alert that say how odd it was by what. */
const EVIDENCE = ['surprise', 'jump', 'flatline', 'novelty'] as const;

/** The most alerts that are told of. */
const MOST = 30;

/** The alerts of a run as its page shows them: those that stand, and the last that have ended. */
export class AlertBook {
  readonly #alerts = new Map<string, AlertState>();
  readonly #known = new WeakSet<Task>();

  /** Takes in what a commit has made durable. */
  take(points: readonly Points[]): void {
    for (const block of points) if (block.measurement === 'alert') this.#put(block);
  }

  /** Alerts that stand first, each newest first; null where these tasks give none. */
  list(tasks: readonly Task[]): readonly AlertState[] | null {
    for (const task of tasks) this.#meet(task);
    if (!tasks.some(({ memory }) => memory.seriesSlot('alert'))) return null;
    const byTime = [...this.#alerts.values()].toSorted((a, b) => b.time - a.time);
    const sorted = [...byTime.filter((one) => !isOver(one)), ...byTime.filter(isOver)];
    for (const { id } of sorted.slice(MOST)) this.#alerts.delete(id);
    return sorted.slice(0, MOST);
  }

  /** Alerts that stand since before this run; what stood on the way there does not count. */
  #meet(task: Task): void {
    if (this.#known.has(task) || !task.isCaughtUp) return;
    this.#known.add(task);
    for (const { series, since, peak, state } of standingAlerts(task.memory)) {
      const id = alertId({ series, since });
      if (this.#alerts.has(id)) continue;
      const unknown = {
        severity: '',
        reason: '',
        channel: '',
        value: null,
        expected: null,
        lo: null,
        hi: null,
        nearest: null,
        nearestTime: null,
        evidence: {},
      };
      this.#alerts.set(id, {
        id,
        series,
        since,
        state,
        time: since,
        score: peak,
        isMuted: false,
        ...unknown,
      });
    }
  }

  #put({ length, series, time, tags, labels = {}, fields }: Points): void {
    for (let i = 0; i < length; i++) {
      const number = (name: string): number | null => {
        const value = fields[name]?.[i];
        return value === undefined || Number.isNaN(value) ? null : value;
      };
      const id = labels['id']!;
      // only its turn has moved
      if (labels['news'] === 'false') continue;
      const { withdraws } = labels;
      const state = withdraws === undefined ? tags['state']! : stateWithout(withdraws);
      const turned = {
        state,
        severity: tags['severity']!,
        isMuted: labels['muted'] === 'true',
        time: time[i]!,
        score: number('peak')!,
      };
      const known = this.#alerts.get(id);
      if (withdraws !== undefined) {
        if (known) this.#alerts.set(id, { ...known, state, time: time[i]! });
        continue;
      }
      // the reading that ends an alert is an ordinary one: what it was about stays
      if (known && isOver(turned)) {
        this.#alerts.set(id, { ...known, ...turned });
        continue;
      }
      this.#alerts.set(id, {
        id,
        series: series[i]!,
        ...turned,
        reason: tags['reason']!,
        channel: labels['channel'] ?? '',
        since: number('since')!,
        value: number('value'),
        expected: number('expected'),
        lo: number('lo'),
        hi: number('hi'),
        nearest: number('nearest'),
        nearestTime: number('nearestTime'),
        evidence: Object.fromEntries(
          EVIDENCE.flatMap((kind) => (number(kind) === null ? [] : [[kind, number(kind)!]])),
        ),
      });
    }
  }
}

/** How an alert stands when a late reading has made one of its turns none. */
function stateWithout(turn: string): string {
  if (turn === 'resolved') return 'firing';
  return turn === 'dropped' ? 'pending' : 'withdrawn';
}

function isOver({ state }: Pick<AlertState, 'state'>): boolean {
  return state === 'resolved' || state === 'dropped' || state === 'withdrawn';
}
