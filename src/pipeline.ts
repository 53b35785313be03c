import type { OperatorFunction } from 'rxjs';
import type { z } from 'zod';
import type { RunSettings } from './config/run-settings.ts';
import type { Decoder } from './decode/decoder.ts';
import type { Frame } from './frame.ts';
import type { Memory } from './memory/memory.ts';
import type { Model } from './model/model.ts';
import type { Points } from './sink/points.ts';
import type { Batch } from './source/source.ts';

/** What a topology is built from, beside its settings. One Memory a partition; decoder and model are shared and read-only. */
export interface PipelineParts {
  readonly memory: Memory;
  readonly decoder: Decoder;
  readonly model: Model;
}

/** A pipeline: stages in order, a schema of its settings, and what it sends to the sinks. */
export interface Pipeline<S extends RunSettings = RunSettings, F extends Frame = Frame> {
  /** 1 to 64 of a-z, 0-9 and -. */
  readonly name: string;
  /** One sentence, shown by `--help` and on the page. */
  readonly about: string;
  /** All settings; the keys of `runSettings` are needed. */
  readonly settings: z.ZodType<S>;
  /** What the settings are where neither file nor environment nor `--set` says otherwise, on top of the schema's own defaults. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Built once for each partition. The stages' slots are declared here. */
  topology(settings: S, parts: PipelineParts): OperatorFunction<Batch, F>;
  /** What goes to the sinks of one frame. */
  records(frame: F, settings: S, parts: PipelineParts): readonly Points[];
}

/**
 * Defines a pipeline; a module under `pipelines/`, or one of your own, exports it as default.
 *
 * @example see pipelines/live-forecast.ts
 */
export function pipeline<S extends RunSettings, F extends Frame>(definition: Pipeline<S, F>): Pipeline<S, F> {
  return definition;
}
