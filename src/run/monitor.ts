import type { RunFigures } from '../metrics/run-figures.ts';
import type { Model } from '../model/model.ts';
import type { DeadRecord } from '../serve/pipeline-facts.ts';
import type { HorizonScore, ReplayStatus, RunStatus } from '../serve/status.ts';
import { isWithdrawn } from '../sink/points.ts';
import type { Source } from '../source/source.ts';
import { AlertBook } from './alert-book.ts';
import { DeadBook } from './dead-book.ts';
import type { PartitionDigest } from '../digest/partition-digest.ts';
import { rangeReport, rangeSoFar } from './range-report.ts';
import { summarise } from './summary.ts';
import type { Committed, Task } from './task.ts';

/** Of at most so many series the summary is computed while the run goes on, spread evenly over all of them. */
const LIVE_SERIES = 5000;
const SUMMARY_EVERY_MS = 2000;
/** The rate is taken over about this long. */
const RATE_MS = 5000;

export interface MonitorParts {
  readonly pipeline: string;
  readonly model: Model;
  readonly data: string;
  readonly source: Source;
  readonly tasks: () => readonly Task[];
  /** Whether sums over the outputs are kept; default: no. */
  readonly hasDigests?: boolean;
  /** How long what has come has waited for its commit, ms. */
  readonly waiting?: () => number;
  /** How the replay is. Left out: it is none. */
  readonly replay?: (() => ReplayStatus) | undefined;
}

/** What a run has committed since its start; see `RunFigures`. */
export type MonitorCounts = Pick<RunStatus, 'state'> &
  Pick<RunFigures, 'readings' | 'points' | 'deadLetters' | 'events' | 'alertTurns' | 'scores'>;

/** Watches a run: counts what is committed and puts together its status. */
export class Monitor {
  readonly #parts: MonitorParts;
  readonly #startedAt = Date.now();
  readonly #start = performance.now();
  readonly #dead: Record<string, number> = {};
  readonly #events: Record<string, number> = {};
  /** Points by their measurement, and turns of alerts by `STATE/SEVERITY`. */
  readonly #points: Record<string, number> = {};
  readonly #turns: Record<string, number> = {};
  readonly #alerts = new AlertBook();
  readonly #letters = new DeadBook();
  /** When each partition has committed last. */
  readonly #commits = new Map<number, number>();
  #state: RunStatus['state'] = 'running';
  #message = '';
  #readings = 0;
  #end: number | undefined;
  /** With the states, once it has ended. */
  #digests: readonly PartitionDigest[] | undefined;
  /** Where the count stood when it was asked for; the first is the start. */
  readonly #marks = [{ at: this.#start, readings: 0 }];
  #summary: { at: number; rows: readonly HorizonScore[] } | undefined;

  constructor(parts: MonitorParts) {
    this.#parts = parts;
  }

  /** What has been committed by this run, and how its forecasts have done: what metrics are made from. */
  counts(): MonitorCounts {
    return {
      state: this.#state,
      readings: this.#readings,
      points: this.#points,
      deadLetters: this.#dead,
      events: this.#events,
      alertTurns: this.#turns,
      scores: this.#scores(),
    };
  }

  /** Readings committed by this run. */
  get readings(): number {
    return this.#readings;
  }

  /** Seconds from the start to the end of the source, or to now. */
  get seconds(): number {
    return ((this.#end ?? performance.now()) - this.#start) / 1000;
  }

  /** The latest dead letters, newest first. */
  get deadLetters(): readonly DeadRecord[] {
    return this.#letters.list();
  }

  /** Since the last commit of a partition in this run, ms; null before the first. */
  commitAge(partition: number): number | null {
    const at = this.#commits.get(partition);
    return at === undefined ? null : performance.now() - at;
  }

  count({ partition }: Pick<Task, 'partition'>, { readings, points, dead }: Committed): void {
    this.#readings += readings;
    this.#commits.set(partition, performance.now());
    this.#letters.take(partition, dead);
    this.#alerts.take(points);
    for (const { reason } of dead) add(this.#dead, reason, 1);
    for (const block of points) {
      const { measurement, length, tags } = block;
      add(this.#points, measurement, length);
      if (measurement === 'alert') add(this.#turns, `${tags['state']}/${tags['severity']}`, length);
      if (measurement !== 'event' || isWithdrawn(block)) continue;
      add(this.#events, tags['kind'] ?? '', length);
    }
  }

  state(state: RunStatus['state'], message = ''): void {
    this.#state = state;
    this.#summary = undefined;
    this.#message = message;
    if (state === 'running') return;
    this.#end ??= performance.now();
    this.#digests ??= this.#byPartition(rangeReport);
  }

  status(): RunStatus {
    const { pipeline, model, data, source } = this.#parts;
    const tasks = this.#parts.tasks();
    const series = tasks.reduce((sum, { memory }) => sum + memory.length, 0);
    const clocks = tasks.map(({ clock }) => clock).filter((time) => time !== 0);
    return {
      pipeline,
      state: this.#state,
      message: this.#message,
      readings: this.#readings,
      earlierReadings: tasks.reduce((sum, task) => sum + task.committedReadings, 0) - this.#readings,
      readingsPerSecond: this.#rate(),
      series: series * model.channels,
      partitions: tasks.length,
      waiting: this.#parts.waiting?.() ?? 0,
      progress: source.progress?.() ?? null,
      eventTime: clocks.length > 0 ? Math.max(...clocks) : null,
      replay: this.#parts.replay?.() ?? null,
      deadLetters: this.#dead,
      events: this.#events,
      alerts: this.#alerts.list(tasks),
      bytesPerSeries: tasks[0]?.memory.bytesPerSeries ?? 0,
      model: { name: model.name, cell: model.cell.name, hidden: model.hidden },
      nominalCoverage: 0.9,
      summary: this.#scores(),
      ...(this.#parts.hasDigests && { digests: this.#digests ?? this.#byPartition(rangeSoFar) }),
      data,
      startedAt: this.#startedAt,
    };
  }

  #byPartition(report: (task: Task) => PartitionDigest | undefined): readonly PartitionDigest[] {
    const tasks = this.#parts.tasks().toSorted((a, b) => a.partition - b.partition);
    return tasks.flatMap((task) => report(task) ?? []);
  }

  #rate(): number {
    if (this.#end !== undefined) return this.#readings / Math.max(0.001, this.seconds);
    const now = performance.now();
    this.#marks.push({ at: now, readings: this.#readings });
    while (this.#marks.length > 2 && now - this.#marks[1]!.at > RATE_MS) this.#marks.shift();
    const first = this.#marks[0]!;
    return now > first.at ? ((this.#readings - first.readings) / (now - first.at)) * 1000 : 0;
  }

  #scores(): readonly HorizonScore[] {
    const now = performance.now();
    const isLast = this.#state !== 'running';
    if (this.#summary && (isLast || now - this.#summary.at < SUMMARY_EVERY_MS)) return this.#summary.rows;
    const memories = this.#parts.tasks().map(({ memory }) => memory);
    this.#summary = { at: now, rows: summarise(memories, isLast ? Infinity : LIVE_SERIES) };
    return this.#summary.rows;
  }
}

function add(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count;
}
