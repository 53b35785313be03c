import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from 'kafkajs';
import { stringify } from 'yaml';
import { seededRandom } from '../../src/model/random.ts';
import type { KafkaStoreSettings } from '../../src/store/kafka-settings.ts';
import { encodeState } from '../../src/store/kafka-state.ts';
import { audit } from './audit.ts';
import type { Cluster } from './cluster.ts';
import { ConsoleReader } from './console-reader.ts';
import { Crew } from './crew.ts';
import { type Field, inject, type Kind, SESSION } from './faults.ts';
import { Feed } from './feed.ts';
import type { BucketDump, Influx } from './influx.ts';
import { END, type Expected, KINDS_OF_TOPIC, type KindOfTopic, Outputs } from './outputs.ts';
import { Proxy } from './proxy.ts';
import { sameDump } from './same-dump.ts';
import { Violation } from './violation.ts';
import { PARTITIONS, type Workload } from './workload.ts';

/** Where the forecasts of a round go. */
export type Output = 'store' | 'influxdb';

/** How a round's workers write their state. */
export type Mode = KafkaStoreSettings['mode'];

/** What an undisturbed round has given. */
export interface Golden {
  readonly expected: Expected;
  readonly points: BucketDump | undefined;
}

/** What a round is made of. */
export interface RoundParts {
  readonly cluster: Cluster;
  readonly influx: Influx | undefined;
  readonly load: Workload;
  readonly dir: string;
  readonly seed: number;
  readonly output: Output;
  readonly workers: number;
  /** Faults, those to workers and those to servers, each list one after the other; both at the same time. */
  readonly faults: readonly (readonly Kind[])[];
  /** Left out where this is the undisturbed round itself. */
  readonly golden?: Golden | undefined;
  readonly bug?: string | undefined;
  /** How long InfluxDB is away, ms. */
  readonly outage?: number | undefined;
  /** Whether much is uncommitted at any moment. */
  readonly areCommitsRare: boolean;
  readonly mode: Mode;
  /** Whether compaction runs all the time; then commits that were compacted away are not missed. */
  readonly isCompacting: boolean;
  readonly say: (line: string) => void;
}

/** What has come of a round. */
export interface Outcome extends Golden {
  /** Faults that have hit something. */
  readonly injected: Readonly<Partial<Record<Kind, number>>>;
  readonly commits: number;
  /** Records that a worker takes in again that begins after the round: no stored state holds them. */
  readonly again: number;
  /** The most memory that a worker has taken, bytes. */
  readonly peak: number;
  /** How often a worker ended by itself and was started again. */
  readonly restarts: number;
  readonly seconds: number;
}

/** Longest time without any progress while nothing is in the way, ms. */
const STUCK = 300_000;
/** Most time between two faults, ms. */
const BETWEEN = 3000;
/** Longest time from when new input begins to come to a fault, ms. */
const UNDER_WAY = 1500;
const PIPELINE = 'live-forecast';

/**
 * One round: a topic of its own, a group of workers, faults while readings come, and then every check.
 *
 * @throws Violation
 */
export async function playRound(parts: RoundParts): Promise<Outcome> {
  return new Round(parts).play();
}

class Round {
  readonly #parts: RoundParts;
  readonly #name: string;
  readonly #topics: Readonly<Record<KindOfTopic | 'input' | 'command', string>>;
  readonly #sentinel = Buffer.from(randomUUID());
  readonly #injected: Partial<Record<Kind, number>> = {};

  constructor(parts: RoundParts) {
    this.#parts = parts;
    this.#name = `round-${randomUUID().slice(0, 8)}`;
    const of = (what: string): string => `${this.#name}-${PIPELINE}-${what}`;
    this.#topics = {
      input: `input-${this.#name}`,
      changelog: of('changelog'),
      forecast: of('forecast'),
      anomaly: of('anomaly'),
      event: of('event'),
      command: of('command'),
      dead: of('dead'),
    };
  }

  async play(): Promise<Outcome> {
    const { cluster, influx, load, dir, seed, output, workers, faults, golden, say } = this.#parts;
    const began = performance.now();
    mkdirSync(dir, { recursive: true });
    await this.#makeTopics();
    const bucket = output === 'influxdb' ? await influx!.bucket() : undefined;
    const proxy =
      output === 'influxdb' ? await Proxy.start(influx!.service.url, seededRandom(seed + 1)) : undefined;
    const config = this.#configure(proxy?.url, bucket?.name);
    const env = { ...process.env, ...(influx && { INFLUX_TOKEN: influx.service.token }) };
    const started = { dir, config, env, bug: this.#parts.bug };
    const crew = new Crew(started, workers, say);
    const feed = new Feed(cluster, this.#topics.input, load, faults.flat().length + 1);
    const live = this.#outputs('I6');
    const readers = [await this.#reader(live, 'live-reader.log')];
    try {
      crew.start();
      feed.next();
      if (golden) await this.#begun(crew);
      await all(
        faults.map((kinds, lane) =>
          this.#lane(kinds, feed, readers[0]!, {
            cluster,
            crew,
            influx,
            proxy,
            say,
            outage: this.#parts.outage,
            random: seededRandom(seed * 31 + lane),
          }),
        ),
      );
      await feed.rest();
      await this.#until(crew, readers[0]!);
      await crew.end();
      await this.#end();
      await reachEnd(live, readers[0]!, 'I8');
      const whole = this.#outputs('I1');
      readers.push(await this.#reader(whole, 'reader.log'));
      await reachEnd(whole, readers[1]!, 'I8');
      live.finish();
      const expected = whole.finish();
      this.#mustBeAll(expected);
      await this.#checkOffsets(expected);
      await this.#checkTransactions();
      const again = await audit(started, golden?.expected.states ?? expected.states);
      const points = bucket && (await influx!.dump(bucket.name, join(dir, 'points.csv')));
      if (golden?.points) await sameDump(points!, golden.points);
      await cluster.askUntil((admin) => admin.deleteTopics({ topics: Object.values(this.#topics) }));
      await bucket?.remove();
      return {
        expected,
        points,
        injected: this.#injected,
        again,
        peak: crew.peak,
        restarts: crew.restarts,
        commits: expected.states.reduce((sum, { commits }) => sum + commits, 0),
        seconds: (performance.now() - began) / 1e3,
      };
    } finally {
      await crew.killAll();
      await feed.close();
      for (const reader of readers) await reader.stop();
      await proxy?.stop();
    }
  }

  /** Faults one after the other, each with a part of the input that is new. */
  async #lane(kinds: readonly Kind[], feed: Feed, reader: ConsoleReader, field: Field): Promise<void> {
    for (const kind of kinds) {
      await sleep(300 + field.random() * BETWEEN);
      field.crew.check();
      reader.check();
      feed.next();
      // what is new is under way then
      await sleep(field.random() * UNDER_WAY);
      const began = performance.now();
      const hit = await inject(kind, field);
      if (hit) this.#injected[kind] = (this.#injected[kind] ?? 0) + 1;
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      field.say(`${kind}${hit ? '' : ' (has hit nothing)'}, ${seconds} s`);
    }
  }

  async #makeTopics(): Promise<void> {
    const { cluster, isCompacting, golden } = this.#parts;
    const { input, changelog, ...outputs } = this.#topics;
    // undisturbed, the store makes its own
    const topics = golden ? [input, changelog, ...Object.values(outputs)] : [input];
    const kept = isCompacting
      ? { 'segment.bytes': 1_048_576, 'min.cleanable.dirty.ratio': 0.01, 'segment.ms': 5000 }
      : { 'segment.bytes': 1_073_741_824, 'min.compaction.lag.ms': 86_400_000 };
    const config: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
      [input]: { 'retention.ms': -1 },
      [changelog]: { 'cleanup.policy': 'compact', ...kept },
    };
    await cluster.whole();
    await cluster.ask((admin) =>
      admin.createTopics({
        // kafkajs's own waiting ends with an error where the broker that it asks does not know of a topic at once
        waitForLeaders: false,
        topics: topics.map((topic) => ({
          topic,
          numPartitions: PARTITIONS,
          replicationFactor: cluster.size,
          configEntries: Object.entries({ 'min.insync.replicas': 2, ...config[topic] }).map(
            ([name, value]) => ({ name, value: String(value) }),
          ),
        })),
      }),
    );
    await cluster.askUntil((admin) => admin.fetchTopicMetadata({ topics }));
    await cluster.whole();
  }

  /** Writes the workers' settings. */
  #configure(url: string | undefined, bucket: string | undefined): string {
    const { cluster, dir, golden, influx, areCommitsRare, mode } = this.#parts;
    const config = join(dir, 'live.yaml');
    const settings = {
      input: {
        kind: 'kafka',
        brokers: cluster.brokers,
        topic: this.#topics.input,
        group: this.#name,
        sessionTimeout: `${SESSION}s`,
        maxBytes: 65_536,
        decode: { format: 'json', values: ['value'] },
      },
      output:
        url === undefined
          ? { kind: 'store' }
          : {
              kind: 'influxdb',
              url,
              org: influx!.service.org,
              bucket,
              retry: { longest: '2s' },
              batchLines: 300,
            },
      model: { hidden: 4, horizon: 6 },
      forecast: { store: [1, 6] },
      // many small commits, so that faults meet some; or few, so that much is uncommitted when they come
      commit: golden && !areCommitsRare ? { every: '100ms', readings: 60 } : { every: '2s', readings: 5000 },
      store: { mode, ...(mode === 'generations' && { generationEvery: '5s' }) },
      page: { enabled: false },
    };
    writeFileSync(config, stringify(settings));
    return config;
  }

  #outputs(promise: 'I1' | 'I6'): Outputs {
    return new Outputs({
      expected: this.#parts.golden?.expected,
      sentinel: this.#sentinel,
      isComplete: !this.#parts.isCompacting,
      mode: this.#parts.mode,
      promise,
    });
  }

  #reader(outputs: Outputs, log: string): Promise<ConsoleReader> {
    const { cluster, dir } = this.#parts;
    return ConsoleReader.start(cluster, `${this.#name}-.*`, join(dir, log), (record) => outputs.take(record));
  }

  /** Waits until the workers have committed something. */
  async #begun(crew: Crew): Promise<void> {
    const deadline = performance.now() + STUCK;
    while (performance.now() < deadline) {
      crew.check();
      const offsets = await this.#groupOffsets(this.#parts.cluster).catch(() => []);
      if (offsets.some((offset) => offset > 0)) return;
      await sleep(300);
    }
    throw new Violation('live', `nothing was committed in ${STUCK / 1000} s`);
  }

  /** Waits until the workers have committed everything. */
  async #until(crew: Crew, reader: ConsoleReader): Promise<void> {
    const { cluster, load } = this.#parts;
    let [told, since] = [0, performance.now()];
    for (;;) {
      crew.check();
      reader.check();
      const offsets = await this.#groupOffsets(cluster).catch(() => undefined);
      const done = offsets?.reduce((sum, offset) => sum + Math.max(0, offset), 0) ?? 0;
      if (done === load.size) return;
      if (done > told) [told, since] = [done, performance.now()];
      if (performance.now() - since > STUCK)
        throw new Violation(
          'live',
          `nothing more was committed for ${STUCK / 1000} s: ${told} of ${load.size}`,
        );
      await sleep(500);
    }
  }

  async #groupOffsets(cluster: Cluster): Promise<readonly number[]> {
    const { input } = this.#topics;
    const told = await cluster.ask((admin) => admin.fetchOffsets({ groupId: this.#name, topics: [input] }));
    const offsets = new Map(told[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    return Array.from({ length: PARTITIONS }, (_, p) => offsets.get(p) ?? -1);
  }

  /** Writes a last record to every partition: a reader of committed records gets there only where no transaction is left open. */
  async #end(): Promise<void> {
    const { cluster } = this.#parts;
    const producer: Producer = (await cluster.client()).producer();
    await producer.connect();
    const [last] = encodeState({
      kind: 'sentinel',
      fingerprint: '00'.repeat(16),
      commit: 0,
      bytes: this.#sentinel,
    });
    for (const kind of KINDS_OF_TOPIC) {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const message = kind === 'changelog' ? last! : { key: END, value: kind };
        await producer.send({ topic: this.#topics[kind], acks: -1, messages: [{ ...message, partition }] });
      }
    }
    await producer.disconnect();
  }

  #mustBeAll({ states, dead }: Expected): void {
    const { load, golden } = this.#parts;
    states.forEach(({ next }, p) => {
      const { length } = load.records[p]!;
      if (next !== length)
        throw new Violation('I2', `partition ${p} was committed up to ${next}, not ${length}`);
    });
    const bad = Object.values(load.bad).reduce((sum, n) => sum + n, 0);
    if (golden === undefined && dead.size !== bad)
      throw new Violation('I2', `${dead.size} dead letters of ${bad} bad records, undisturbed`);
  }

  async #checkOffsets({ states }: Expected): Promise<void> {
    const offsets = await this.#groupOffsets(this.#parts.cluster);
    states.forEach(({ next }, p) => {
      if (offsets[p] !== next)
        throw new Violation('I4', `partition ${p}: the group is at ${offsets[p]}, the state at ${next}`);
    });
  }

  async #checkTransactions(): Promise<void> {
    const told = await this.#parts.cluster.run('org.apache.kafka.tools.TransactionsCommand', ['list']);
    const ours = told.split('\n').filter((line) => line.includes(this.#name));
    const open = ours.filter((line) => !/Empty|CompleteCommit|CompleteAbort/.test(line));
    if (ours.length < PARTITIONS && this.#parts.bug === undefined)
      throw new Error(`Kafka tells of ${ours.length} transactional ids: ${told.slice(0, 500)}`);
    if (open.length > 0) throw new Violation('I8', open.join('; '));
  }
}

/** Waits until a reader has seen the last records. @throws Violation */
async function reachEnd(outputs: Outputs, reader: ConsoleReader, promise: 'I8'): Promise<void> {
  let [seen, since] = [-1, performance.now()];
  while (!outputs.hasEnded) {
    reader.check();
    if (outputs.records > seen) [seen, since] = [outputs.records, performance.now()];
    if (performance.now() - since > STUCK)
      throw new Violation(promise, `a reader of committed records stands still after ${seen} records`);
    await sleep(200);
  }
  reader.check();
}

/** Waits until all are done, and then throws what went wrong first. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work))
    if (outcome.status === 'rejected') throw outcome.reason;
}
