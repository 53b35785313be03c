/**
 * `node state-audit.ts SETTINGS POSITIONS RESULT`, once the workers have ended: opens every partition as a worker would that is started now, with
 * the product's own source, store and tasks; takes in again what is committed and no generation holds, up to the committed positions
 * (JSON: one for each partition); and writes what is in Memory then to a file (JSON: `AuditedState` for each partition). Nothing is committed.
 */
import { writeFileSync } from 'node:fs';
import { createLog } from '../../src/cli/log.ts';
import { findPipeline } from '../../src/cli/pipelines.ts';
import { settingsFrom } from '../../src/cli/settings-options.ts';
import { prepare } from '../../src/run/prepare.ts';
import { storeAt, storePlace } from '../../src/run/stores.ts';
import { Task, type TaskParts } from '../../src/run/task.ts';
import type { Batch, SourceHandler } from '../../src/source/source.ts';
import type { AuditedState } from './audit.ts';
import { stateDigest } from './state-digest.ts';

/** Tasks that take in what is committed, and nothing else. */
class Auditor implements SourceHandler {
  readonly states: AuditedState[] = [];
  readonly #parts: TaskParts;
  readonly #committed: readonly number[];
  readonly #done: () => void;
  readonly #tasks = new Map<number, Task>();
  readonly #from = new Map<number, number | null>();

  /** @param done is called when all partitions are where they were committed */
  constructor(parts: TaskParts, committed: readonly number[], done: () => void) {
    this.#parts = parts;
    this.#committed = committed;
    this.#done = done;
  }

  async open(partition: number): Promise<number | null> {
    await this.lose(partition);
    const task = await Task.open(partition, this.#parts);
    this.#tasks.set(partition, task);
    this.#from.set(partition, task.next);
    this.#look(task);
    return task.next;
  }

  async handle(batch: Batch): Promise<void> {
    const task = this.#tasks.get(batch.partition)!;
    task.push(batch);
    this.#look(task);
  }

  async lose(partition: number): Promise<void> {
    this.#tasks.get(partition)?.close();
    this.#tasks.delete(partition);
  }

  #look({ partition, next, isDirty, memory }: Task): void {
    const committed = this.#committed[partition]!;
    if (isDirty || (next ?? 0) > committed)
      throw new Error(`partition ${partition} has gone beyond the committed position ${committed}`);
    if (next !== committed) return;
    const sha256 = stateDigest(memory.all(), memory.partitionBytes());
    this.states[partition] = { from: this.#from.get(partition)!, series: memory.length, sha256 };
    if (Object.keys(this.states).length === this.#committed.length) this.#done();
  }
}

const [config, positions, result] = process.argv.slice(2);
const log = createLog('debug', false);
const pipeline = await findPipeline('live-forecast');
const settings = settingsFrom(pipeline, { config: config!, set: [] });
const place = storePlace(pipeline.name, settings);
const { decoder, model, source, changelog, sink } = await prepare(settings, log, place);
const store = storeAt(place, { pipeline: pipeline.name, settings: settings.store, changelog, log });
const stop = new AbortController();
const auditor = new Auditor(
  { pipeline, settings, decoder, model, store, sink, deadLetters: undefined, stop: stop.signal },
  JSON.parse(positions!) as number[],
  () => stop.abort(),
);
await source.run(auditor, stop.signal);
await store.close();
await sink?.close();
writeFileSync(result!, JSON.stringify(auditor.states));
