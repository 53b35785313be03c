import type { Command } from '../command.ts';
import type { RunSettings } from '../config/run-settings.ts';
import type { DeadLetter, DeadReason, Frame } from '../frame.ts';
import type { Model } from '../model/model.ts';
import type { Pipeline } from '../pipeline.ts';
import { Task, type TaskParts } from '../run/task.ts';
import type { CommandHandler } from '../run/commands-again.ts';
import type { Batch } from '../source/source.ts';
import { missingValue, unusableRow } from './faults.ts';
import type { Store } from '../store/store.ts';
import { NoStore } from './no-store.ts';
import { Prequential, type TargetListener } from './prequential.ts';
import { placeOf } from './row-place.ts';
import type { Protocol } from './settings.ts';
import { type Speed, SpeedMeter, type TimedDecoder } from './speed.ts';
import type { TableRows } from './table-rows.ts';

/** What becomes of values that are missing and rows that cannot be used. */
export type MissingPolicy = 'error' | 'skip';

/** What came in and what became of it. */
export interface Counts {
  readonly records: number;
  /** Readings that moved their series one step. */
  readonly readings: number;
  /** Cells of tables in which nothing was observed. */
  readonly missingValues: number;
  /** Records and readings that could not be used, by reason. */
  readonly unusable: Readonly<Partial<Record<DeadReason, number>>>;
}

export interface EvaluatorParts {
  readonly pipeline: Pipeline;
  readonly settings: RunSettings;
  readonly model: Model;
  readonly decoder: TimedDecoder;
  readonly protocol: Protocol;
  readonly missing: MissingPolicy;
  /** What looks over the rows of tables; undefined of other data. */
  readonly rows: TableRows | undefined;
  /** Gives tasks what they begin with; default: nothing. */
  readonly store?: Store | undefined;
  readonly listener?: TargetListener | undefined;
  readonly onFrame?: ((partition: number, frame: Frame) => void) | undefined;
  /** Called after each chunk with the readings until then. */
  readonly onChunk: (readings: number) => void;
  readonly stop: AbortSignal;
}

/** What the source hands its batches to: one task a partition, whose frames are scored after each batch. */
export class Evaluator implements CommandHandler {
  readonly prequential: Prequential;
  readonly #parts: EvaluatorParts;
  readonly #taskParts: TaskParts;
  readonly #tasks = new Map<number, Task>();
  readonly #meter = new SpeedMeter();
  readonly #unusable: Partial<Record<DeadReason, number>> = {};
  /** CPU time of the process while the topology worked, µs. */
  #cpu = 0;
  #missingValues = 0;
  #records = 0;
  #readings = 0;
  /** What came out of the topology in the push under way. */
  #frames: Frame[] = [];

  constructor(parts: EvaluatorParts) {
    const { pipeline, settings, decoder, model, protocol, store = new NoStore(), listener, stop } = parts;
    this.#parts = parts;
    this.prequential = new Prequential(protocol, listener);
    this.#taskParts = {
      pipeline: {
        ...pipeline,
        // in place of points for a sink, the frames themselves
        records: (frame) => {
          this.#frames.push(frame);
          return [];
        },
      },
      settings,
      decoder,
      model,
      store,
      sink: undefined,
      deadLetters: undefined,
      stop,
    };
  }

  get counts(): Counts {
    return {
      records: this.#records,
      readings: this.#readings,
      missingValues: this.#missingValues,
      unusable: this.#unusable,
    };
  }

  get speed(): Speed {
    return this.#meter.speed;
  }

  /** CPU time that the process took while the topology worked, s. */
  get cpuSeconds(): number {
    return this.#cpu / 1e6;
  }

  get bytesPerSeries(): number {
    const [task] = this.#tasks.values();
    return task?.memory.bytesPerSeries ?? 0;
  }

  async open(partition: number): Promise<number | null> {
    this.#tasks.get(partition)?.close();
    const task = await Task.open(partition, this.#taskParts);
    this.#tasks.set(partition, task);
    return task.next;
  }

  async handle(batch: Batch): Promise<void> {
    const { rows, decoder, onChunk } = this.#parts;
    const { partition } = batch;
    const task = this.#tasks.get(partition)!;
    const records = rows ? batch.records.map((record) => rows.readable(record)) : batch.records;
    this.#frames = [];
    const decodedBefore = decoder.ms;
    const cpu = process.cpuUsage();
    const start = performance.now();
    task.push({ ...batch, records });
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    this.#cpu += user + system;
    // another partition may be pushed as soon as anything is awaited
    const frames = this.#frames;
    this.#meter.add(task.pendingReadings, ms, decoder.ms - decodedBefore);
    this.#records += records.length;
    this.#readings += task.pendingReadings;
    await this.#lookForFaults(batch, frames);
    this.#take(partition, frames);
    await task.commit();
    onChunk(this.#readings);
  }

  /** Lets a command take effect after all that has come of the partition. */
  async command(partition: number, command: Command): Promise<void> {
    const task = this.#tasks.get(partition)!;
    this.#frames = [];
    task.command(command);
    this.#take(partition, this.#frames);
    await task.commit();
  }

  lose(partition: number): Promise<void> {
    this.#tasks.get(partition)?.close();
    this.#tasks.delete(partition);
    return Promise.resolve();
  }

  close(): void {
    for (const task of this.#tasks.values()) task.close();
  }

  #take(partition: number, frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.prequential.take(partition, frame);
      this.#parts.onFrame?.(partition, frame);
    }
  }

  /** Counts what is missing or cannot be used, or fails at the first of it. */
  async #lookForFaults({ partition, records }: Batch, frames: readonly Frame[]): Promise<void> {
    const { rows, settings, missing: policy } = this.#parts;
    const missing = rows ? records.flatMap((record) => [...rows.missing(record)]) : [];
    const told = new Set(missing.map(({ offset }) => offset));
    // where a value that is missing refuses its row, it is told of once
    const dead = frames
      .flatMap((frame) => frame.dead)
      .filter(({ reason, offset }) => reason !== 'missing' || !told.has(offset));
    this.#missingValues += missing.length;
    for (const { reason } of dead) this.#unusable[reason] = (this.#unusable[reason] ?? 0) + 1;
    if (policy === 'skip') return;
    const [cell] = missing;
    const letter = dead.toSorted((a, b) => a.offset - b.offset)[0];
    const place = (offset: number): Promise<string> => placeOf(settings.input, partition, offset);
    if (cell && !(letter && letter.offset < cell.offset)) throw missingValue(cell, await place(cell.offset));
    if (!letter) return;
    const newest = timeBefore(frames, letter) ?? this.prequential.lastTimeOf(partition, letter.series);
    throw unusableRow(letter, newest, await place(letter.offset));
  }
}

/** Event time of the reading after which that of the letter should have come, where it is in these frames. */
function timeBefore(frames: readonly Frame[], { series, offset }: DeadLetter): number | undefined {
  let newest: number | undefined;
  for (const frame of frames) {
    for (let i = 0; i < frame.length; i++) {
      if (frame.name[i] === series && frame.offset[i]! < offset) newest = frame.time[i]!;
    }
  }
  return newest;
}
