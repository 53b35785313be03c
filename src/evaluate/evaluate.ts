import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import { type Log, silentLog } from '../log.ts';
import type { Model } from '../model/model.ts';
import type { Pipeline } from '../pipeline.ts';
import { prepare } from '../run/prepare.ts';
import { csvColumns } from '../source/file.ts';
import { parquetTable } from '../source/parquet-table.ts';
import { type Counts, Evaluator, type MissingPolicy } from './evaluator.ts';
import type { Prequential, TargetListener } from './prequential.ts';
import type { Protocol } from './settings.ts';
import { type Speed, TimedDecoder } from './speed.ts';
import { TableRows } from './table-rows.ts';

export interface EvaluateOptions {
  readonly pipeline: Pipeline;
  /** Those of a run; where its outputs go and how fast it plays is passed over. */
  readonly settings: RunSettings;
  readonly protocol: Protocol;
  /** error: the first ends the evaluation; skip: they are counted and left out. */
  readonly missing: MissingPolicy;
  /** How a table's dates are written, where that is not ISO 8601; see `isoFrom`. */
  readonly timeFormat?: string | undefined;
  readonly listener?: TargetListener | undefined;
  /** Is given everything that comes out of the topology, in order by partition. */
  readonly onFrame?: ((partition: number, frame: Frame) => void) | undefined;
  /** Called after each chunk; `share` of the whole is null where that is not known. */
  readonly onProgress?: (share: number | null, readings: number) => void;
  /** Ends it early; what has been scored until then is the result. */
  readonly stop?: AbortSignal;
  readonly log?: Log;
}

/** An evaluation that has ended. */
export interface Evaluated {
  readonly prequential: Prequential;
  readonly model: Model;
  readonly counts: Counts;
  readonly speed: Speed;
  readonly bytesPerSeries: number;
  readonly seconds: number;
  /** False where it was stopped before the end of the data. */
  readonly isComplete: boolean;
}

/**
 * Runs a pipeline's own topology over a recording as fast as it goes, and scores what comes out of it. Nothing is written, no page is
 * served. There is no second implementation of any stage: a forecast is held against its target once that has come, so that looking
 * ahead is not possible.
 *
 * @throws ForetideError FILE_FORMAT with file and line where a row cannot be used and `missing` is `error`; those of a run
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluated> {
  const { pipeline, protocol, missing, listener, onFrame, onProgress } = options;
  const { stop = new AbortController().signal, log = silentLog } = options;
  const settings = withoutOutputs(options.settings);
  const start = performance.now();
  const { decoder, model, source } = await prepare(settings, log);
  const evaluator = new Evaluator({
    pipeline,
    settings,
    model,
    decoder: new TimedDecoder(decoder),
    protocol,
    missing,
    rows: await tableRows(settings.input, options.timeFormat),
    listener,
    onFrame,
    onChunk: (readings) => onProgress?.(source.progress?.() ?? null, readings),
    stop,
  });
  try {
    await source.run(evaluator, stop);
    const { prequential, counts, speed, bytesPerSeries } = evaluator;
    const seconds = (performance.now() - start) / 1000;
    return { prequential, model, counts, speed, bytesPerSeries, seconds, isComplete: !stop.aborted };
  } finally {
    evaluator.close();
  }
}

/**
 * The same settings, as fast as it goes and with nothing written.
 *
 * @throws ForetideError SETTINGS_INVALID for an input that never ends
 */
export function withoutOutputs(settings: RunSettings): RunSettings {
  const { input } = settings;
  if (input.kind === 'kafka' && input.to === undefined) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'An evaluation needs data that end',
      expected: 'files, the SQLite file of a run, or a range',
      got: 'a live topic',
      where: 'input',
      todo: 'Set input.to.',
    });
  }
  const align: unknown = Reflect.get(settings, 'align');
  return {
    ...settings,
    // each forecast is scored as it was told at first: a late reading is left out
    ...(typeof align === 'object' && { align: { ...align, grace: undefined } }),
    input: input.kind === 'file' ? { ...input, pace: { kind: 'max' } } : input,
    output: { kind: 'none' },
    deadLetters: { kind: 'store' },
  };
}

async function tableRows(
  input: RunSettings['input'],
  timeFormat: string | undefined,
): Promise<TableRows | undefined> {
  const { decode } = input;
  if (input.kind === 'file' && decode.format === 'csv') {
    const columns = decode.columns ?? (await csvColumns(input.paths[0]!, decode.delimiter));
    return new TableRows(decode, columns, timeFormat);
  }
  if (input.kind === 'file' && decode.format === 'parquet' && timeFormat === undefined) {
    const table = await parquetTable(input.paths, decode);
    return new TableRows(table, table.columns, undefined);
  }
  if (timeFormat === undefined) return undefined;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'A format of dates is for tables',
    expected: 'a CSV file',
    got: `${input.kind}, ${decode.format}`,
    where: '--time-format',
  });
}
