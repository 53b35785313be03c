import { countStanding } from '../alert/standing.ts';
import type { RunSettings } from '../config/run-settings.ts';
import type { PartitionFigures, RunFigures } from '../metrics/run-figures.ts';
import type { Model } from '../model/model.ts';
import type { Routes } from '../route/routes.ts';
import { isReady } from '../serve/health.ts';
import type { Sink } from '../sink/sink.ts';
import type { Ahead, Source } from '../source/source.ts';
import type { WorkDone } from '../traced.ts';
import type { Monitor } from './monitor.ts';
import type { Task } from './task.ts';
import type { Tasks } from './tasks.ts';

/** What the figures of a run are read from. */
export interface FiguresParts {
  readonly pipeline: string;
  readonly settings: RunSettings;
  readonly model: Pick<Model, 'name' | 'fingerprint'>;
  readonly source: Pick<Source, 'ahead' | 'progress'>;
  readonly sink: Pick<Sink, 'outage'> | undefined;
  readonly monitor: Pick<Monitor, 'counts'>;
  readonly tasks: Pick<Tasks, 'all' | 'waiting' | 'waitingOf'>;
  readonly routes: Pick<Routes, 'figures'>;
}

/** Reads off a run what metrics tell of it: what it knows anyway, so that nothing is counted twice, and nothing for each reading. */
export class Figures {
  readonly #parts: FiguresParts;
  /** Of each task when it was last committed, ms of the wall clock. */
  readonly #committedAt = new WeakMap<Task, number>();
  #failedCommits = 0;

  constructor(parts: FiguresParts) {
    this.#parts = parts;
  }

  /** A task has committed. */
  committed(task: Task): void {
    this.#committedAt.set(task, Date.now());
  }

  /** Some work has ended. */
  worked({ work, isFailed }: WorkDone): void {
    if (work === 'commit' && isFailed) this.#failedCommits++;
  }

  read(): RunFigures {
    const { pipeline, settings, model, source, sink, monitor, tasks, routes } = this.#parts;
    const { state, ...counts } = monitor.counts();
    const ahead = source.ahead?.();
    return {
      ...counts,
      pipeline,
      model: { name: model.name, fingerprint: model.fingerprint },
      isReady: isReady({ state, waiting: tasks.waiting }),
      progress: source.progress?.() ?? null,
      alerts: standing(tasks.all, numberAt(settings, 'alerts', 'critical') ?? Infinity),
      failedCommits: this.#failedCommits,
      partitions: tasks.all.map((task) => this.#partition(task, ahead?.get(task.partition))),
      maxStateBytes: settings.maxStateBytes,
      level: numberAt(settings, 'forecast', 'level'),
      sink: sink?.outage ? { retries: sink.outage.failures, awaySeconds: sink.outage.seconds } : null,
      routes: routes.figures(),
    };
  }

  #partition(task: Task, ahead: Ahead | undefined): PartitionFigures {
    const { partition, memory, next, watermark } = task;
    return {
      partition,
      series: memory.length,
      stateBytes: memory.length * memory.bytesPerSeries + memory.bytesPerPartition,
      offset: next,
      lag: ahead && Math.max(0, ahead.end - (next ?? ahead.next)),
      committedAt: this.#committedAt.get(task),
      uncommitted: this.#parts.tasks.waitingOf(partition) / 1000,
      watermark,
    };
  }
}

/** Of all partitions together; null where the pipeline gives no alerts. */
function standing(tasks: readonly Task[], critical: number): RunFigures['alerts'] {
  let sums: Record<string, number> | null = null;
  for (const { memory } of tasks) {
    const counts = countStanding(memory, critical);
    if (!counts) continue;
    sums ??= {};
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

/** A number of a section that only some pipelines have: it was checked by their schema when the settings were read. */
function numberAt(settings: object, section: string, name: string): number | null {
  const found: unknown = Reflect.get(settings, section);
  const value: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined;
  return typeof value === 'number' ? value : null;
}
