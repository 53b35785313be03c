import { ForetideError } from '../errors.ts';
import type { DeadLetter } from '../frame.ts';
import type { Log } from '../log.ts';
import { loggedCommands } from '../run/logged-commands.ts';
import type { Task } from '../run/task.ts';
import type { StorePlace } from '../run/stores.ts';
import type { Points } from '../sink/points.ts';
import { readWholeTopic } from '../source/kafka-whole-topic.ts';
import type { SourceRecord } from '../source/source.ts';
import { pointMessages } from '../store/kafka-messages.ts';
import { type Difference, shownValue } from './difference.ts';
import { ChangelogRecords, type KeptCommit, type KeptState } from './changelog-records.ts';
import { stateDifference } from './state-difference.ts';
import type { StoredWish } from './stored-of.ts';
import type { Stored, StoredPartition } from './stored.ts';

type Values = Readonly<Record<string, unknown>>;
type KafkaPlace = Extract<StorePlace, { kind: 'kafka' }>;

/** What names an output among those of its measurement and series, beside its time. */
const NAMES = ['model', 'h', 'kind', 'state', 'revision'] as const;

/** Times that a changelog is read: of one that is written to meanwhile, compaction may remove what was to be read. */
const MOST_READINGS = 3;

/**
 * What a run has left in Kafka: the state and the sums in `meta`, the commands, and, only where these do not settle it, the topics of outputs. They are read as
 * committed, under groups of their own; nothing is written, and no writer is fenced. Of generations the state is that of the last one, at its position.
 */
export class StoredKafka implements Stored {
  readonly where: string;
  readonly partitions: readonly StoredPartition[];
  /** Outputs by their names, that have not come again, in order: late readings of one record tell twice of the same. Undefined where they were not read. */
  readonly #outputs: ReadonlyMap<number, Map<string, Values[]>> | undefined;
  readonly #measurements: ReadonlySet<string>;
  /** Partitions that are run again from the middle. */
  readonly #begun = new Set<number>();

  readonly #states: ReadonlyMap<number, KeptState>;

  private constructor(
    where: string,
    partitions: readonly StoredPartition[],
    states: ReadonlyMap<number, KeptState>,
    measurements: ReadonlySet<string>,
    outputs: ReadonlyMap<number, Map<string, Values[]>> | undefined,
  ) {
    this.where = where;
    this.partitions = partitions;
    this.#states = states;
    this.#measurements = measurements;
    this.#outputs = outputs;
  }

  /**
   * @param wish thorough: the outputs are read; with the state: all of it. Both are kept in memory
   * @throws ForetideError KAFKA_UNREACHABLE, KAFKA_TOPIC, STATE_CORRUPT
   */
  static async open(place: KafkaPlace, { isThorough, hasState }: StoredWish, log: Log): Promise<StoredKafka> {
    const { input, topics } = place;
    const { commits, states } = await readChangelog(place, hasState, log);
    const commands = await loggedCommands(place, log);
    const sorted = Array.from(commits, ([partition, commit]): StoredPartition => {
      const { fingerprint, meta } = commit;
      const { next, digest, commands: since = [] } = meta;
      const at = states.get(partition)?.at;
      // a run that goes on may have taken more
      const taken = at && at.commands + (meta.generation ? since.length : 0);
      const own = commands
        .get(partition)
        ?.filter(({ before, number }) => before <= next && number <= (taken ?? Infinity));
      const stateAt = meta.generation && at;
      return { partition, next, fingerprint, digest, commands: own ?? [], stateAt };
    }).toSorted((a, b) => a.partition - b.partition);
    const measurements = new Set(Object.keys(topics.outputs));
    if (!isThorough) return new StoredKafka(topics.changelog, sorted, states, measurements, undefined);
    const outputs = new Map(sorted.map(({ partition }) => [partition, new Map<string, Values[]>()]));
    for (const [measurement, topic] of Object.entries(topics.outputs)) {
      const put = (partition: number, values: Values): void => {
        const identity = identityOf(measurement, values);
        const own = outputs.get(partition);
        own?.set(identity, [...(own.get(identity) ?? []), values]);
      };
      await readWholeTopic(input, topic, (partition, { value }) => put(partition, json(value)), log);
    }
    return new StoredKafka(topics.changelog, sorted, states, measurements, outputs);
  }

  compare(partition: number, block: Points): Difference | undefined {
    const { measurement } = block;
    const outputs = this.#outputs?.get(partition);
    if (!outputs || !this.#measurements.has(measurement)) return undefined;
    let row = -1;
    for (const message of pointMessages(block, partition)) {
      row++;
      const again = json(message.value);
      const identity = identityOf(measurement, again);
      const [kept, ...later] = outputs.get(identity) ?? [];
      if (later.length > 0) outputs.set(identity, later);
      else outputs.delete(identity);
      const columns = [...new Set([...Object.keys(kept ?? {}), ...Object.keys(again)])];
      const column = kept ? columns.find((name) => kept[name] !== again[name]) : '';
      if (column === undefined) continue;
      const offset = block.offset[row]!;
      return {
        ...placeOf(partition, measurement, again),
        offset: Number.isNaN(offset) ? null : offset,
        column,
        stored: kept ? shownValue(kept[column]) : 'none',
        again: kept ? shownValue(again[column]) : 'a record',
      };
    }
    return undefined;
  }

  begin(partition: number): void {
    this.#begun.add(partition);
  }

  compareDead(_partition: number, _letters: readonly DeadLetter[]): undefined {
    return undefined;
  }

  left(partition: number): Difference | undefined {
    if (this.#begun.has(partition)) return undefined;
    for (const [identity, [values]] of this.#outputs?.get(partition) ?? []) {
      const [measurement] = JSON.parse(identity) as [string];
      const place = placeOf(partition, measurement, values!);
      return { ...place, offset: null, column: '', stored: 'a record', again: 'none' };
    }
    return undefined;
  }

  compareState(task: Task): Difference | undefined {
    const state = this.#states.get(task.partition);
    return state && stateDifference(task, state.rows, state.archived, state.slots);
  }

  isWorthMore(difference: Difference | undefined): boolean {
    return difference !== undefined || this.partitions.some(({ digest }) => digest === undefined);
  }

  close(): void {
    // nothing is held
  }
}

function placeOf(partition: number, measurement: string, values: Values) {
  const h = values['h'] as string | undefined;
  return {
    partition,
    series: values['series'] as string,
    time: values['time'] as number,
    what: h === undefined ? measurement : `${measurement} h=${h}`,
  };
}

function identityOf(measurement: string, values: Values): string {
  return JSON.stringify([
    measurement,
    values['series'],
    values['time'],
    ...NAMES.map((name) => values[name]),
  ]);
}

function json(value: Uint8Array | string | null): Values {
  return JSON.parse(typeof value === 'string' ? value : Buffer.from(value ?? []).toString()) as Values;
}

/** What a changelog holds of each partition that anything was committed of. */
interface Changelog {
  readonly commits: ReadonlyMap<number, KeptCommit>;
  /** None where they are not wanted. */
  readonly states: ReadonlyMap<number, KeptState>;
}

/** @throws ForetideError STATE_CORRUPT where it is not whole, however often it is read */
async function readChangelog(place: KafkaPlace, hasState: boolean, log: Log): Promise<Changelog> {
  for (let left = MOST_READINGS - 1; ; left--) {
    try {
      return await changelogNow(place, hasState, log);
    } catch (error) {
      if (left === 0 || !(error instanceof ForetideError && error.code === 'STATE_CORRUPT')) throw error;
    }
  }
}

async function changelogNow({ input, topics }: KafkaPlace, hasState: boolean, log: Log): Promise<Changelog> {
  const all = new Map<number, ChangelogRecords>();
  const take = (partition: number, record: SourceRecord): void => {
    const records = all.get(partition) ?? new ChangelogRecords(`${topics.changelog}/${partition}`, hasState);
    all.set(partition, records);
    records.take(record);
  };
  await readWholeTopic(input, topics.changelog, take, log);
  const commits = new Map<number, KeptCommit>();
  const states = new Map<number, KeptState>();
  for (const [partition, records] of all) {
    const commit = records.commit();
    if (!commit) continue;
    commits.set(partition, commit);
    if (hasState) states.set(partition, records.state(commit));
  }
  return { commits, states };
}
