import { Subject, type Subscription, tap } from 'rxjs';
import { ACCOUNT, accountSlot, type Account, readAccount } from '../account.ts';
import { type Command, type LoggedCommand, originOf, type Rewind } from '../command.ts';
import type { Decoder } from '../decode/decoder.ts';
import { OutputSums } from '../digest/output-sums.ts';
import type { RangeDigest } from '../digest/range-digest.ts';
import { stateDigest } from '../digest/state-digest.ts';
import { ForetideError } from '../errors.ts';
import type { DeadLetter, Frame } from '../frame.ts';
import { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import type { Model } from '../model/model.ts';
import type { Pipeline, PipelineParts } from '../pipeline.ts';
import type { RunSettings } from '../config/run-settings.ts';
import { routesOf } from '../route/settings.ts';
import { GatheredPoints } from '../sink/gathered-points.ts';
import type { Points } from '../sink/points.ts';
import type { Sink } from '../sink/sink.ts';
import type { Batch } from '../source/source.ts';
import type { Promoted, StateMeaning } from '../store/meaning.ts';
import type { Store } from '../store/store.ts';
import { traced, type Work, type WorkDone } from '../traced.ts';
import { OPERATIONAL, stateFingerprint, stateMeaning } from './fingerprint.ts';

/** Where dead letters go when it is not the store. Resolves when they are durable. */
export interface DeadLetterSink {
  /** Reaches the topic and says what it found, one line each. */
  check(): Promise<readonly string[]>;
  write(partition: number, letters: readonly DeadLetter[], stop: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** What a task needs of its run. */
export interface TaskParts {
  readonly pipeline: Pipeline;
  readonly settings: RunSettings;
  readonly decoder: Decoder;
  readonly model: Model;
  readonly store: Store;
  /** Undefined where the outputs belong into the store's transaction. */
  readonly sink: Sink | undefined;
  readonly deadLetters: DeadLetterSink | undefined;
  readonly stop: AbortSignal;
  /** Is told how long restores, commits and what sinks do in them have taken. */
  readonly worked?: ((done: WorkDone) => void) | undefined;
  /** Where a promotion has put these settings over those that the run was given. */
  readonly promoted?: Promoted | undefined;
}

/** What a commit made durable. */
export interface Committed {
  readonly next: number;
  readonly points: readonly Points[];
  readonly dead: readonly DeadLetter[];
  readonly readings: number;
  /** Series that have left. */
  readonly gone: readonly string[];
}

/** What has come since the last commit. */
interface Pending {
  readonly points: GatheredPoints;
  readonly dead: DeadLetter[];
  readonly commands: LoggedCommand[];
  records: number;
  /** The position after the last batch; null before the first. */
  next: number | null;
}

/**
 * One partition of one pipeline: its topology, its Memory, its position. Pushes a batch through the topology, gathers what comes
 * out, and commits rows, position and outputs together.
 *
 * 1. `push` is synchronous: when it returns, every record is accounted for in Memory and in what is pending.
 * 2. `commit`: sinks outside the transaction first, then ONE commit of the store.
 * 3. After an error of either the task is rolled back to the committed state: `next` says where to go on from.
 */
export class Task {
  readonly partition: number;
  readonly memory: Memory;
  readonly fingerprint: string;
  /** What the fingerprint is made of. */
  readonly meaning: StateMeaning;
  #parts: TaskParts;
  readonly #pipelineParts: PipelineParts;
  readonly #account: Slot;
  readonly #watermark: Slot;
  readonly #clock: Slot;
  /** Number of commands that have taken effect. */
  readonly #commands: Slot;
  /** Of the topic of commands the next offset; undefined where none is read. */
  readonly #commandTopic: Slot | undefined;
  /** Undefined where no digest is asked for. */
  readonly #sums: OutputSums | undefined;
  readonly #topology: ReturnType<Pipeline['topology']>;
  #input = new Subject<Batch>();
  #subscription: Subscription | undefined;
  /** Records that the frames of the batch at hand account for. */
  #accounted = 0;
  #failure: unknown;
  #committedNext: number | null = null;
  #committedRecords = 0;
  #committedReadings = 0;
  #pending = nothing();
  /** What comes of records before this offset is in the outputs already. */
  #muted = 0;
  /** What takes effect again on the way there. */
  #again: readonly LoggedCommand[] = [];

  private constructor(partition: number, parts: TaskParts) {
    this.partition = partition;
    this.#parts = parts;
    const { pipeline, settings, decoder, model } = parts;
    this.memory = new Memory({ maxStateBytes: settings.maxStateBytes });
    this.#pipelineParts = { memory: this.memory, decoder, model };
    this.#account = accountSlot(this.memory);
    this.#watermark = this.memory.partition('watermark', 'f64');
    this.#clock = this.memory.partition('clock', 'f64');
    this.#commands = this.memory.partition('commands', 'f64');
    const { topic } = settings.commands;
    // an offset means nothing in another topic
    if (topic !== undefined) this.#commandTopic = this.memory.partition(`commands.topic.${topic}`, 'f64');
    this.#topology = pipeline.topology(settings, this.#pipelineParts);
    if (settings.series.evictAfter !== 'off' && !this.memory.evicts) throw keepsAll(pipeline.name);
    this.#sums = settings.digest ? new OutputSums(this.memory, decoder.channels) : undefined;
    const { promoted } = parts;
    this.meaning = {
      ...stateMeaning(pipeline.name, settings, model, this.memory),
      ...(promoted && { promoted }),
    };
    this.fingerprint = stateFingerprint(this.meaning);
    this.#subscribe();
  }

  /** A task with the state that the store kept. */
  static async open(partition: number, parts: TaskParts): Promise<Task> {
    const task = new Task(partition, parts);
    try {
      const into = task.memory.restoring();
      const facts = { pipeline: parts.pipeline.name, partition };
      const read = () => parts.store.open(partition, task.fingerprint, into, task.meaning);
      const restored = await traced('restore', facts, read, parts.worked);
      task.memory.restored();
      task.#remember(restored?.next ?? null);
      task.#muted = restored?.committed ?? 0;
      task.#again = restored?.commands ?? [];
      if (restored && task.#again.length > 0) task.#catchUp({ partition, records: [], next: restored.next });
      return task;
    } catch (error) {
      task.close();
      throw error;
    }
  }

  /** Those that it goes by: of a partition that was promoted not those that the run was given. */
  get settings(): RunSettings {
    return this.#parts.settings;
  }

  get model(): Model {
    return this.#parts.model;
  }

  /** The committed position: the offset to go on from; null when nothing was ever committed. */
  get next(): number | null {
    return this.#committedNext;
  }

  /** Readings taken in since the last commit. */
  get pendingReadings(): number {
    return this.account().used - this.#committedReadings;
  }

  /** Readings that are in the committed state, those of earlier runs too. */
  get committedReadings(): number {
    return this.#committedReadings;
  }

  /** Whether anything is to be committed. */
  get isDirty(): boolean {
    return this.#pending.next !== null;
  }

  /** Whether the store asks for a commit though nothing has come. */
  get isOverdue(): boolean {
    return this.isCaughtUp && this.#parts.store.isOverdue?.(this.partition) === true;
  }

  /** Newest event time of the partition in ms; 0 before the first reading. */
  get watermark(): number {
    return this.#number(this.#watermark);
  }

  /** Event time of the partition in ms: the watermark, or what a tick has said since; 0 before the first reading. */
  get clock(): number {
    return this.#number(this.#clock);
  }

  /** The offset that the next record is expected at; null when nothing has ever come. */
  get position(): number | null {
    return this.#pending.next ?? this.#committedNext;
  }

  /** Number of commands that have taken effect. */
  get commandsTaken(): number {
    return this.#number(this.#commands);
  }

  /** The offset of the first record of the topic of commands that has not been taken in; 0 where none is read. */
  get nextCommand(): number {
    return this.#commandTopic ? this.#number(this.#commandTopic) : 0;
  }

  /** Whether a command would be taken in. */
  get canObey(): boolean {
    return this.position !== null && this.isCaughtUp;
  }

  /** Sums over all outputs until `position`; undefined where none are asked for, or nothing has come. */
  get digest(): RangeDigest | undefined {
    const { position } = this;
    return position === null ? undefined : this.#sums?.read(position);
  }

  /** SHA-256 of the state as it is: it takes time in proportion to it. */
  stateDigest(): string {
    const { memory } = this;
    return stateDigest(memory.layout(), memory.all(), memory.partitionBytes(), memory.archived());
  }

  account(): Account {
    this.memory.seal();
    return readAccount(this.memory, this.#account);
  }

  /**
   * Takes a batch in.
   *
   * @throws ForetideError TOPOLOGY_NOT_SYNCHRONOUS when a stage swallows, delays or repeats frames; whatever a stage throws. The
   *   task is rolled back then.
   */
  push(batch: Batch): void {
    const { partition, records, next } = batch;
    if (this.isCaughtUp) return this.#take(batch);
    const known = records.findIndex(({ offset }) => offset >= this.#muted);
    if (known < 0 && next <= this.#muted) return this.#catchUp(batch);
    const from = known < 0 ? records.length : known;
    this.#catchUp({ partition, records: records.slice(0, from), next: this.#muted });
    this.#take({ partition, records: records.slice(from), next });
  }

  /** Whether everything is in the state that was committed before. */
  get isCaughtUp(): boolean {
    return (this.#committedNext ?? 0) >= this.#muted;
  }

  /**
   * Takes a command in: it takes effect after all that has come, and before the next record. Durable with the next commit. One of the topic of
   * commands that was taken in before changes nothing.
   *
   * @throws ForetideError COMMAND_REFUSED where nothing has ever come, or not all of what was committed has been taken in again; whatever a
   *   stage throws. The task is rolled back then.
   */
  command(command: Command): void {
    const before = this.position;
    if (before === null || !this.canObey) throw this.#refused();
    const origin = originOf(command);
    if (this.#commandTopic && origin !== undefined && origin < this.nextCommand) return;
    this.#effect(command, before);
    this.#pending.commands.push({ number: this.#number(this.#commands), before, command });
  }

  /** Takes in what has been committed before: only the state is brought up to date. */
  #catchUp({ partition, records, next }: Batch): void {
    const due = this.#again.filter(({ before }) => before <= next);
    this.#again = this.#again.slice(due.length);
    let from = 0;
    for (const { before, command } of due) {
      const later = records.findIndex(({ offset }, i) => i >= from && offset >= before);
      const to = later < 0 ? records.length : later;
      if (to > from) this.#take({ partition, records: records.slice(from, to), next: before });
      this.#effect(command, before);
      from = to;
    }
    this.#take({ partition, records: records.slice(from), next });
    this.#checkBalance();
    this.memory.committed();
    this.#pending = nothing();
    this.#remember(next);
  }

  #effect(command: Command, before: number): void {
    if (command.kind === 'rewind') this.#putRow(command);
    this.memory.touchPartition();
    const { f64 } = this.memory.view();
    f64[this.#commands.at(0)] = f64[this.#commands.at(0)]! + 1;
    const origin = originOf(command);
    if (this.#commandTopic && origin !== undefined) f64[this.#commandTopic.at(0)] = origin + 1;
    this.#take({ partition: this.partition, records: [], next: before, command });
  }

  #putRow({ series, state }: Rewind): void {
    try {
      this.memory.putRow(series, Buffer.from(state, 'base64'));
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  #number(slot: Slot): number {
    return this.memory.view().f64[slot.at(0)]!;
  }

  #take(batch: Batch): void {
    try {
      this.#accounted = 0;
      const dead = this.#pending.dead.length;
      this.#beginDigest(batch);
      this.#input.next(batch);
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#accounted !== batch.records.length) throw notSynchronous(batch, this.#accounted);
      this.#sums?.addDead(this.#pending.dead.slice(dead));
      this.#pending.records += batch.records.length;
      this.#pending.next = batch.next;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  #beginDigest({ records, command, next }: Batch): void {
    const first = records[0]?.offset ?? (command && next);
    if (first === undefined || this.#sums?.hasBegun !== false) return;
    this.#sums.begin(first, this.account().records);
  }

  /** Makes everything since the last commit durable; undefined when there is nothing, and the store needs nothing either. */
  async commit(): Promise<Committed | undefined> {
    const next = this.isOverdue ? this.position : this.#pending.next;
    if (next === null) return undefined;
    return this.#traced('commit', () => this.#commit(next));
  }

  async #commit(next: number): Promise<Committed> {
    const readings = this.pendingReadings;
    const points = this.#pending.points.blocks();
    const { evictions } = this.memory;
    const { store, sink, deadLetters, stop } = this.#parts;
    try {
      this.#checkBalance();
      const rejected = sink ? await this.#traced('sink-write', () => sink.write(points, stop)) : [];
      const dead = [...this.#pending.dead, ...rejected];
      if (deadLetters && dead.length > 0) await deadLetters.write(this.partition, dead, stop);
      await store.commit({
        partition: this.partition,
        next,
        rows: this.memory.changed(),
        allRows: () => this.memory.all(),
        evictions,
        // a copy: other partitions go on while this is written, and when the arena grows for them a view has nothing any more
        partitionSlots: this.memory.partitionBytes().slice(),
        points: sink ? this.#kept(points) : points,
        dead: deadLetters ? [] : dead,
        commands: this.#pending.commands,
        watermark: this.watermark,
        fingerprint: this.fingerprint,
        digest: this.#sums?.read(next),
      });
      this.memory.committed();
      this.#remember(next);
      this.#pending = nothing();
      return { next, points, dead, readings, gone: evictions?.gone ?? [] };
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Takes over the settings that have no meaning for state or outputs. */
  reload(settings: RunSettings): void {
    const operational = Object.entries(settings).filter(([key]) => OPERATIONAL.has(key));
    this.#parts = {
      ...this.#parts,
      settings: { ...this.#parts.settings, ...Object.fromEntries(operational) },
    };
  }

  #traced<T>(work: Work, does: () => Promise<T>): Promise<T> {
    const { pipeline, worked } = this.#parts;
    return traced(work, { pipeline: pipeline.name, partition: this.partition }, does, worked);
  }

  /** What the store keeps of points that a sink has taken: alerts, where routes follow them there. */
  #kept(points: readonly Points[]): readonly Points[] {
    if (routesOf(this.#parts.settings).length === 0) return [];
    return points.filter(({ measurement }) => measurement === 'alert');
  }

  /** Drops everything since the last commit. */
  rollback(): void {
    this.memory.rollback();
    this.#pending = nothing();
    this.#subscribe();
  }

  /** Gives the memory back; what is uncommitted is dropped. */
  close(): void {
    this.#subscription?.unsubscribe();
    this.memory.release();
  }

  /** A new subscription: one throw closes an RxJS chain for good. */
  #subscribe(): void {
    this.#subscription?.unsubscribe();
    this.#failure = undefined;
    this.#input = new Subject<Batch>();
    this.#subscription = this.#input
      .pipe(
        this.#topology,
        tap((frame) => this.#gather(frame)),
      )
      .subscribe({
        error: (error: unknown) => {
          this.#failure = error ?? new Error('A stage failed without an error');
        },
      });
  }

  /** Takes what came out of the topology to what is pending. */
  #gather(frame: Frame): void {
    const { pipeline, settings } = this.#parts;
    const { points, dead } = this.#pending;
    const blocks = pipeline.records(frame, settings, this.#pipelineParts);
    this.#sums?.add(blocks);
    for (const block of blocks) points.add(block);
    for (const letter of frame.dead) dead.push(letter);
    this.#accounted += frame.records;
  }

  /** What is there now is the committed state. */
  #remember(next: number | null): void {
    const { records, used } = this.account();
    this.#committedNext = next;
    this.#committedRecords = records;
    this.#committedReadings = used;
  }

  #refused(): ForetideError {
    return new ForetideError('COMMAND_REFUSED', {
      what: 'The partition cannot take a command yet',
      expected: 'one that has taken a record in, and all of what it had committed before',
      got: this.position === null ? 'nothing' : `position ${this.position} of ${this.#muted}`,
      where: `partition ${this.partition}`,
      todo: 'Give it again when readings have come.',
      canRetry: true,
    });
  }

  #checkBalance(): void {
    const counts = this.account();
    const expected = this.#committedRecords + this.#pending.records;
    const { records, decoded, dead, readings, used, duplicate, late, early } = counts;
    if (records === expected && records === decoded + dead && readings === used + duplicate + late + early)
      return;
    throw new ForetideError('ACCOUNT_UNBALANCED', {
      what: 'The records that came in and what became of them do not balance',
      expected: `${expected} records = decoded + dead, readings = used + duplicate + late + early`,
      got: ACCOUNT.map((name) => `${name} ${counts[name]}`).join(', '),
      where: `partition ${this.partition}`,
      todo: 'A stage drops or repeats rows: only decode and align may.',
    });
  }
}

/** What is to be committed: nothing yet. */
function nothing(): Pending {
  return { points: new GatheredPoints(), dead: [], commands: [], records: 0, next: null };
}

function keepsAll(pipeline: string): ForetideError {
  return new ForetideError('PIPELINE_INVALID', {
    what: 'The pipeline never gives a series up, but is set to',
    where: `${pipeline}, series.evictAfter`,
    todo: 'Give the settings to its first stage, decode(memory, decoder, settings.series), or set series.evictAfter to off.',
  });
}

function notSynchronous({ partition, records }: Batch, accounted: number): ForetideError {
  return new ForetideError('TOPOLOGY_NOT_SYNCHRONOUS', {
    what: 'The topology did not give back what went in before it returned',
    expected: `frames that account for ${records.length} records`,
    got: `${accounted}`,
    where: `partition ${partition}, offset ${records[0]?.offset ?? 0}`,
    todo: 'Use stages that add columns; operators that delay, filter or repeat frames have no place in a topology.',
  });
}
