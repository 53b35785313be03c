import { failuresOf, type LabelledFailure, type Labels } from '../evaluate/alerts/labels.ts';
import { failureAround, FailureWatch } from '../evaluate/alerts/lead.ts';
import { alertLine } from '../route/stdout.ts';
import { alertOfPoint, type ToldAlert } from '../route/told-alert.ts';
import type { CommitListener } from '../run/tasks.ts';
import type { Points } from '../sink/points.ts';
import { failureTable, type FiredAlert, firedTable, leadInWords } from './journal-tables.ts';

/** Alerts in the table at the end: the last ones. */
const MOST = 50;

export interface AlertJournalParts {
  /** Of each partition of a file input the file. */
  readonly paths: readonly string[];
  /** Undefined: nothing is known of failures. */
  readonly labels: Labels | undefined;
  /** Takes a line for each alert that fires or is over; undefined where somebody else tells of them. */
  readonly print: ((line: string) => unknown) | undefined;
}

/** The alerts of a run for its terminal: a line for each that fires or is over, and tables at the end, with how long before which failure each came. */
export class AlertJournal {
  readonly #parts: AlertJournalParts;
  readonly #fired = new Map<string, FiredAlert>();
  /** Of each series what it is labelled with; the series of one file share it. */
  readonly #watches = new Map<string, FailureWatch>();
  readonly #shared = new Map<readonly LabelledFailure[], FailureWatch>();
  #count = 0;

  constructor(parts: AlertJournalParts) {
    this.#parts = parts;
  }

  /** Takes in what a commit has made durable. */
  readonly take: CommitListener = ({ partition }, { points }) => {
    for (const block of points) if (block.measurement === 'reading') this.#see(partition, block);
    for (const block of points) {
      if (block.measurement !== 'alert') continue;
      for (let i = 0; i < block.length; i++) this.#put(partition, alertOfPoint(block, i));
    }
  };

  /** What is said at the end of a run whose pipeline gives alerts. */
  tables(): string {
    const fired = [...this.#fired.values()];
    const failures = failureTable([...this.#shared.values()]);
    const heading = `The last ${fired.length} of ${this.#count.toLocaleString('en-US')} alerts:`;
    return [
      ...(this.#count > fired.length ? [heading] : []),
      this.#count === 0 ? 'No alerts.' : firedTable(fired),
      ...(failures === undefined ? [] : [failures]),
    ].join('\n');
  }

  #put(partition: number, alert: ToldAlert): void {
    if (alert.isMuted || alert.isNews === false) return;
    if (alert.state === 'firing') this.#fire(partition, alert);
    if (alert.state === 'resolved') this.#end(alert);
    if (alert.withdraws === 'resolved') this.#standAgain(alert);
    if (alert.withdraws === 'firing') this.#withdraw(alert);
  }

  #fire(partition: number, alert: ToldAlert): void {
    const watch = this.#watch(partition, alert.series);
    watch?.fire(alert.time);
    const fired = { alert, failure: failureAround(watch?.failures ?? [], alert.time), over: null };
    this.#count++;
    this.#fired.set(alert.id, fired);
    if (this.#fired.size > MOST) this.#fired.delete(this.#fired.keys().next().value!);
    const lead = leadInWords(fired);
    this.#parts.print?.(`${alertLine(alert)}${lead && `; ${lead}`}`);
  }

  #end(alert: ToldAlert): void {
    const fired = this.#fired.get(alert.id);
    if (fired) fired.over = alert.time;
    // the reading that ends an alert is an ordinary one: what it was about is told
    const { state, time } = alert;
    this.#parts.print?.(alertLine(fired ? { ...fired.alert, state, time } : alert));
  }

  /** A late reading has shown that it is not over. */
  #standAgain(alert: ToldAlert): void {
    const fired = this.#fired.get(alert.id);
    if (fired) fired.over = null;
    this.#parts.print?.(alertLine({ ...(fired?.alert ?? alert), state: 'firing' }));
  }

  /** A late reading has shown that it was none. */
  #withdraw(alert: ToldAlert): void {
    const fired = this.#fired.get(alert.id);
    this.#count--;
    this.#fired.delete(alert.id);
    this.#parts.print?.(alertLine({ ...(fired?.alert ?? alert), state: 'resolved', isWithdrawn: true }));
  }

  #see(partition: number, { length, series, time }: Points): void {
    if (!this.#parts.labels) return;
    for (let i = 0; i < length; i++) this.#watch(partition, series[i]!)?.see(time[i]!);
  }

  #watch(partition: number, series: string): FailureWatch | undefined {
    const { labels, paths } = this.#parts;
    if (!labels) return undefined;
    const known = this.#watches.get(series);
    if (known) return known;
    const failures = failuresOf(labels, series, paths[partition]);
    const watch = this.#shared.get(failures) ?? new FailureWatch(failures);
    this.#shared.set(failures, watch);
    this.#watches.set(series, watch);
    return watch;
  }
}
