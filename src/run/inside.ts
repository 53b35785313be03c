import type { RunSettings } from '../config/run-settings.ts';
import type { Model } from '../model/model.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Routes } from '../route/routes.ts';
import type { PartitionFacts, PipelineFacts } from '../serve/pipeline-facts.ts';
import type { Ahead, Source } from '../source/source.ts';
import { ARITHMETIC_REVISION } from './fingerprint.ts';
import type { Monitor } from './monitor.ts';
import type { Task } from './task.ts';
import type { Tasks } from './tasks.ts';

export interface InsideParts {
  readonly pipeline: Pipeline;
  readonly settings: RunSettings;
  readonly model: Model;
  readonly source: Source;
  readonly tasks: Tasks;
  readonly monitor: Monitor;
  readonly routes: Routes;
}

/** Settings that say where to, rather than what is done: they may have addresses in them. */
const PLACES: ReadonlySet<string> = new Set(['input', 'output', 'deadLetters', 'routes', 'page', 'commands']);

/** How a run does inside, for the operators who look at its page. */
export class Inside {
  readonly #parts: InsideParts;
  readonly #settings: PipelineFacts['settings'];

  constructor(parts: InsideParts) {
    this.#parts = parts;
    this.#settings = leaves(parts.settings).filter(([path]) => !PLACES.has(path.split('.')[0]!));
  }

  facts(): PipelineFacts {
    const { pipeline, model, source, tasks, monitor, routes } = this.#parts;
    const ahead = source.ahead?.();
    const all = tasks.all.toSorted((a, b) => a.partition - b.partition);
    const { rss, heapUsed } = process.memoryUsage();
    return {
      about: pipeline.about,
      source: source.name,
      partitions: all.map((task) => this.#partition(task, ahead?.get(task.partition))),
      memory: {
        resident: rss,
        heap: heapUsed,
        state: all[0]?.memory.arena.memory.buffer.byteLength ?? 0,
      },
      deadLetters: monitor.deadLetters,
      routes: routes.facts,
      model: { fingerprint: model.fingerprint, origin: model.origin, horizon: model.horizon },
      stateFingerprint: all[0]?.fingerprint ?? null,
      arithmetic: ARITHMETIC_REVISION,
      settings: this.#settings,
    };
  }

  #partition(task: Task, ahead: Ahead | undefined): PartitionFacts {
    const { partition, position, committedReadings, clock, memory } = task;
    const { tasks, monitor } = this.#parts;
    return {
      partition,
      position,
      lag: ahead === undefined ? null : Math.max(0, ahead.end - (position ?? ahead.next)),
      readings: committedReadings,
      series: memory.length,
      eventTime: clock === 0 ? null : clock,
      commitAge: monitor.commitAge(partition),
      restoreSeconds: tasks.restoreSeconds(partition),
      stateBytes: memory.length * memory.bytesPerSeries,
    };
  }
}

/** Path and value of everything in an object that is not an object. */
function leaves(value: unknown, path = ''): (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return [[path, value.join(', ')]];
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .flatMap(([key, one]) => leaves(one, path === '' ? key : `${path}.${key}`));
}
