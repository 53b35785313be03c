import { ForetideError } from '../errors.ts';
import type { DeadLetter } from '../frame.ts';
import type { Log } from '../log.ts';
import { loggedCommands } from '../run/logged-commands.ts';
import type { StorePlace } from '../run/stores.ts';
import type { Points } from '../sink/points.ts';
import { readWholeTopic } from '../source/kafka-whole-topic.ts';
import { pointMessages } from '../store/kafka-messages.ts';
import { readMeta } from '../store/kafka-meta.ts';
import { decodeState, type StateRecord } from '../store/kafka-state.ts';
import { type Difference, shownValue } from './difference.ts';
import type { Stored, StoredPartition } from './stored.ts';

type Values = Readonly<Record<string, unknown>>;

/** What names an output among those of its measurement and series, beside its time. */
const NAMES = ['model', 'h', 'kind', 'state', 'revision'] as const;

/**
 * What a run has left in Kafka: the sums in `meta`, the commands, and, only where these do not settle it, the topics of outputs. They are read as committed,
 * under groups of their own; nothing is written, and no writer is fenced. The state itself is not compared: of generations it is of another position.
 */
export class StoredKafka implements Stored {
  readonly where: string;
  readonly partitions: readonly StoredPartition[];
  /** Outputs by their names, that have not come again, in order: late readings of one record tell twice of the same. Undefined where they were not read. */
  readonly #outputs: ReadonlyMap<number, Map<string, Values[]>> | undefined;
  readonly #measurements: ReadonlySet<string>;
  /** Partitions that are run again from the middle. */
  readonly #begun = new Set<number>();

  private constructor(
    where: string,
    partitions: readonly StoredPartition[],
    measurements: ReadonlySet<string>,
    outputs: ReadonlyMap<number, Map<string, Values[]>> | undefined,
  ) {
    this.where = where;
    this.partitions = partitions;
    this.#measurements = measurements;
    this.#outputs = outputs;
  }

  /**
   * @param isThorough whether the outputs are read, all of which is kept in memory
   * @throws ForetideError KAFKA_UNREACHABLE, KAFKA_TOPIC, STATE_CORRUPT
   */
  static async open(
    place: Extract<StorePlace, { kind: 'kafka' }>,
    isThorough: boolean,
    log: Log,
  ): Promise<StoredKafka> {
    const { input, topics } = place;
    const metas = new Map<number, StateRecord>();
    await readWholeTopic(
      input,
      topics.changelog,
      (partition, { key, value, offset }) => {
        if (value === null) return;
        const record = decodeState(key, value, `${topics.changelog}/${partition}@${offset}`);
        if (record.kind === 'reset') metas.delete(partition);
        if (record.kind === 'meta') metas.set(partition, { ...record, bytes: record.bytes.slice() });
      },
      log,
    );
    const commands = await loggedCommands(place, log);
    const partitions = Array.from(metas, ([partition, record]) => {
      const { next, digest } = metaOf(record, `${topics.changelog}/${partition}`);
      const own = commands.get(partition)?.filter(({ before }) => before <= next) ?? [];
      return { partition, next, fingerprint: record.fingerprint, digest, commands: own };
    });
    const sorted = partitions.toSorted((a, b) => a.partition - b.partition);
    const measurements = new Set(Object.keys(topics.outputs));
    if (!isThorough) return new StoredKafka(topics.changelog, sorted, measurements, undefined);
    const outputs = new Map(sorted.map(({ partition }) => [partition, new Map<string, Values[]>()]));
    for (const [measurement, topic] of Object.entries(topics.outputs)) {
      const put = (partition: number, values: Values): void => {
        const identity = identityOf(measurement, values);
        const own = outputs.get(partition);
        own?.set(identity, [...(own.get(identity) ?? []), values]);
      };
      await readWholeTopic(input, topic, (partition, { value }) => put(partition, json(value)), log);
    }
    return new StoredKafka(topics.changelog, sorted, measurements, outputs);
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

  compareState(): undefined {
    return undefined;
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

function metaOf({ bytes }: StateRecord, where: string): ReturnType<typeof readMeta> {
  try {
    return readMeta(bytes);
  } catch (cause) {
    throw new ForetideError('STATE_CORRUPT', {
      what: 'What tells of the last commit cannot be read',
      where,
      todo: 'Verify with the version that wrote it.',
      cause,
    });
  }
}
