import { createHash } from 'node:crypto';
import { LoggedCommand } from '../command.ts';
import { loadSettings } from '../config/load.ts';
import { ForetideError } from '../errors.ts';
import type { Pipeline } from '../pipeline.ts';
import type { PartitionDigest } from '../digest/partition-digest.ts';
import { rangeReport } from '../run/range-report.ts';
import type { Task } from '../run/task.ts';
import { addState } from './state-hash.ts';
import { SimWorld } from './sim-world.ts';

/** A record of the input. */
export interface SimulatedRecord {
  /** Default: 0. */
  readonly partition?: number;
  /** Text, bytes or null as they are; anything else as JSON. */
  readonly record: unknown;
}

/** A record that could not be used. */
export interface SimulatedDeadLetter {
  /** Of the topic, from 0. */
  readonly partition: number;
  /** Of the record. */
  readonly offset: number;
  /** One of `DeadReason`. */
  readonly reason: string;
  /** The record. */
  readonly value: string | null;
}

/** What is simulated, and in which order. */
export interface SimulateOptions {
  /** As in a configuration file; the input is Kafka, whose brokers, topic and decoding have defaults here. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Of the input; default: 1. */
  readonly partitions?: number;
  /** Processes; default: 1. */
  readonly workers?: number;
  /** Decides in which order things happen that may happen in any; default: 0. */
  readonly seed?: number;
}

/** What a `-` lasts, ms. */
const DASH = 1000;

/**
 * Runs a pipeline on a simulated Kafka: its code, the source, the store and kafkajs's own clients are the real ones; brokers, network, processes and
 * time are not.
 *
 * @throws ForetideError SETTINGS_INVALID
 * @example
 * const simulation = await simulate(liveForecast, { partitions: 2, workers: 2 });
 * await simulation.play('(ab)cde!-f~|', {
 *   a: { record: { sensor: 'x', time: 0, value: 1 } },
 *   b: { record: { sensor: 'x', time: 60_000, value: 2 } },
 *   c: { record: { sensor: 'x', time: 120_000, value: 3 } },
 *   d: { record: { sensor: 'x', time: 180_000, value: 2 } },
 *   e: { record: 'not JSON' },
 *   f: { record: { sensor: 'y', time: 0, value: 3 }, partition: 1 },
 * });
 * console.log(simulation.outputs('forecast').length, simulation.dead()[0]?.reason); // 3 malformed
 * await simulation.end();
 */
export async function simulate(
  pipeline: Pipeline,
  { settings = {}, partitions = 1, workers = 1, seed = 0 }: SimulateOptions = {},
): Promise<Simulation> {
  const input = {
    kind: 'kafka',
    brokers: ['simulated:9092'],
    topic: 'readings',
    sessionTimeout: '6s',
    decode: { format: 'json', series: 'sensor', time: 'time' },
    ...(settings['input'] as object | undefined),
  };
  const world = await SimWorld.make({
    pipeline,
    settings: loadSettings(pipeline.settings, {
      defaults: { ...pipeline.defaults, page: { enabled: false }, ...settings, input },
    }),
    partitions,
    seed,
  });
  for (let worker = 0; worker < workers; worker++) world.start();
  return new Simulation(world, partitions);
}

/** A run on a simulated Kafka, from `simulate`. */
export class Simulation {
  readonly #world: SimWorld;
  readonly #partitions: number;
  #last: SimulatedRecord | undefined;

  constructor(world: SimWorld, partitions: number) {
    this.#world = world;
    this.#partitions = partitions;
  }

  /**
   * Lets things happen, from left to right. Nothing is waited for but by `-` and `|`.
   *
   * A letter or digit: the record of that name is appended to its partition; `(ab)`: records that come in one fetch; `"`: the record before comes
   * again; `-`: a second passes; `!`: a worker is killed at its next request, and another takes its place a second later; `~`: the group
   * rebalances; `|`: all that has come is committed. Blanks mean nothing.
   *
   * @throws ForetideError SETTINGS_INVALID for a sign that means nothing; Error where the run ended, or came to a standstill
   */
  async play(marbles: string, values: Readonly<Record<string, SimulatedRecord>> = {}): Promise<void> {
    const named = (sign: string): SimulatedRecord => {
      const value = sign === '"' ? this.#last : values[sign];
      if (value === undefined) {
        throw new ForetideError('SETTINGS_INVALID', {
          what: 'A marble has no record',
          expected: `one of ${Object.keys(values).join(', ')}, or one of - ! ~ | " ( )`,
          got: sign,
        });
      }
      this.#last = value;
      return value;
    };
    for (const [part] of marbles.matchAll(/\([^)]*\)|\S/g)) {
      if (part === '-') await this.#pass(DASH);
      else if (part === '|') await this.#drive(() => this.#isCommitted());
      else if (part === '~') this.#world.rebalance();
      else if (part === '!') this.#world.faults.soon('kill');
      else
        this.#feed(
          part
            .replaceAll(/[()\s]/g, '')
            .split('')
            .map(named),
        );
    }
  }

  /** What has been committed of a measurement (`forecast`, `anomaly`; `reading` too where the outputs do not go to the store), in order by partition. */
  outputs(measurement: string): readonly Readonly<Record<string, unknown>>[] {
    const { place, bucket, isWrittenToBucket } = this.#world;
    if (isWrittenToBucket)
      return [...bucket.points.values()]
        .filter((point) => point.measurement === measurement)
        .map(({ series, time, tags, values }) => ({ series, time, ...tags, ...values }));
    const topic = place.topics.outputs[measurement];
    return this.#committed(topic).map(({ value }) => JSON.parse(String(value)) as Record<string, unknown>);
  }

  /** Dead letters that have been committed, in order by partition. */
  dead(): readonly SimulatedDeadLetter[] {
    return this.#committed(this.#world.place.topics.dead).map(({ value, headers }) => ({
      partition: Number(headers['partition']),
      offset: Number(headers['offset']),
      reason: headers['reason'] ?? '',
      value: value === null ? null : value.toString(),
    }));
  }

  /** Commands that have been committed, in order by partition: with `ticks.every` the ticks of partitions that were idle. */
  commands(): readonly (LoggedCommand & { readonly partition: number })[] {
    const { partitions } = this.#world.cluster.topics.get(this.#world.place.topics.commands)!;
    return partitions.flatMap((log, partition) =>
      Array.from(log.committed(), ({ value }) => ({
        partition,
        ...LoggedCommand.parse(JSON.parse(String(value))),
      })),
    );
  }

  /** The state of a series by the names of its slots, as its present owner has it; undefined where nobody knows the series. */
  state(series: string): Readonly<Record<string, readonly number[]>> | undefined {
    for (const { memory } of this.#tasks()) {
      const row = memory.find(series);
      if (row !== undefined) return memory.numbers(row);
    }
    return undefined;
  }

  /** SHA-256 of the whole committed state, of all partitions: equal for equal records, whatever happened on the way. */
  async digest(): Promise<string> {
    const hash = createHash('sha256');
    for (const { memory } of await this.#wholeTasks()) addState(hash, memory);
    return hash.digest('hex');
  }

  /** With the setting `digest: true` the sums over all outputs of each partition, and the digest of its state: see `RangeDigest`. */
  async ranges(): Promise<readonly PartitionDigest[]> {
    return (await this.#wholeTasks()).flatMap((task) => rangeReport(task) ?? []);
  }

  /** Gives back what is held. */
  end(): Promise<void> {
    return this.#world.dispose();
  }

  #feed(records: readonly SimulatedRecord[]): void {
    for (let partition = 0; partition < this.#partitions; partition++) {
      const own = records.filter((one) => (one.partition ?? 0) === partition);
      if (own.length === 0) continue;
      this.#world.feed(
        partition,
        own.map(({ record }) => ({ key: null, value: bytesOf(record), headers: {} })),
      );
    }
  }

  /** The tasks of all partitions, in order, once everything that has come is committed. */
  async #wholeTasks(): Promise<readonly Task[]> {
    const isWhole = ({ isCaughtUp, isDirty }: Task): boolean => isCaughtUp && !isDirty;
    await this.#drive(() => {
      const tasks = this.#tasks();
      return tasks.length === this.#partitions && tasks.every(isWhole) && this.#isSettled();
    });
    return this.#tasks().toSorted((a, b) => a.partition - b.partition);
  }

  #tasks(): Task[] {
    return this.#world.atWork.flatMap(({ tasks }) => tasks?.all ?? []);
  }

  #committed(topic: string | undefined) {
    const { partitions = [] } =
      (topic === undefined ? undefined : this.#world.cluster.topics.get(topic)) ?? {};
    return partitions.flatMap((log) => [...log.committed()]);
  }

  #isCommitted(): boolean {
    const { cluster, place } = this.#world;
    const { topic, group } = place.input;
    const { positions } = cluster.group(group);
    return (
      cluster.topics
        .get(topic)!
        .partitions.every(({ high }, partition) => (positions.get(`${topic}/${partition}`) ?? 0) === high) &&
      this.#isSettled()
    );
  }

  /** Whether no transaction is open: that of outputs may end after the group's offset has been moved. */
  #isSettled(): boolean {
    const topics = [...this.#world.cluster.topics.values()];
    return topics.every(({ partitions }) => partitions.every(({ stable, high }) => stable === high));
  }

  async #pass(ms: number): Promise<void> {
    const until = this.#world.clock.now + ms;
    await this.#drive(() => this.#world.clock.now >= until);
  }

  async #drive(isDone: () => boolean): Promise<void> {
    if (!(await this.#world.drive(isDone))) throw new Error(this.#world.violations.join('\n'));
  }
}

function bytesOf(record: unknown): Buffer | null {
  if (record === null || record === undefined) return null;
  if (typeof record === 'string' || record instanceof Uint8Array) return Buffer.from(record as string);
  return Buffer.from(JSON.stringify(record));
}
