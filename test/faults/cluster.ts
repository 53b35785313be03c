import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Admin, Kafka } from 'kafkajs';
import { silentLog } from '../../src/log.ts';
import { kafkaClient, KafkaClientSettings } from '../../src/source/kafka-client.ts';
import { freePort } from '../services/free-port.ts';
import { findJava } from '../services/java.ts';
import { kafkaJars, kafkaToolJars } from '../services/kafka-jars.ts';
import { startNode } from '../services/kafka-node.ts';
import type { ServerProcess } from '../services/server-process.ts';

/** Replicas of everything, the cluster's own topics too. */
const REPLICAS = 3;
/** A machine may be busy with other things. */
const PATIENCE = 300_000;

interface Node {
  readonly id: number;
  readonly port: number;
  readonly dir: string;
  server: ServerProcess | undefined;
}

/** A Kafka of three brokers of our own, any of which can be killed and brought back with its data. */
export class Cluster {
  readonly brokers: readonly string[];
  readonly #dir: string;
  readonly #nodes: readonly Node[];
  readonly #voters: string;
  readonly #controllers: readonly number[];
  #kafka: Promise<Kafka> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(dir: string, ports: readonly number[], controllers: readonly number[]) {
    this.#dir = dir;
    this.#controllers = controllers;
    this.#nodes = ports.map((port, i) => ({
      id: i + 1,
      port,
      dir: join(dir, `broker-${i + 1}`),
      server: undefined,
    }));
    this.#voters = controllers.map((port, i) => `${i + 1}@127.0.0.1:${port}`).join(',');
    this.brokers = ports.map((port) => `127.0.0.1:${port}`);
  }

  static async start(dir: string): Promise<Cluster> {
    mkdirSync(dir, { recursive: true });
    const ports: number[] = [];
    for (let i = 0; i < 2 * REPLICAS; i++) ports.push(await freePort());
    const cluster = new Cluster(dir, ports.slice(0, REPLICAS), ports.slice(REPLICAS));
    try {
      await Promise.all(cluster.#nodes.map((node) => cluster.#start(node)));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** kill -9 of a broker, 0 to 2. */
  async kill(index: number): Promise<void> {
    const node = this.#nodes[index]!;
    await node.server?.kill();
    node.server = undefined;
  }

  /** Brings back what was killed; does nothing where it runs. */
  async restart(index: number): Promise<void> {
    const node = this.#nodes[index]!;
    if (node.server === undefined) await this.#start(node);
  }

  /** Ends everything; the data stays. */
  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((_, i) => this.kill(i)));
  }

  async ask<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = (await this.client()).admin();
    await admin.connect();
    try {
      return await ask(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** The same, however often that has to be tried. */
  async askUntil<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      try {
        return await this.ask(ask);
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await sleep(1000);
      }
    }
  }

  client(): Promise<Kafka> {
    this.#kafka ??= kafkaClient(KafkaClientSettings.parse({ brokers: [...this.brokers] }), silentLog);
    return this.#kafka;
  }

  /** Does something that nothing else of the kind may come between: one broker is away at a time, and no input is written meanwhile. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves when every replica of every partition is in sync, the cluster's own topics' too. */
  async whole(): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    while (performance.now() < deadline) {
      const isWhole = await this.ask(async (admin) => {
        const { topics } = await admin.fetchTopicMetadata();
        return topics.every(({ partitions }) => partitions.every(({ isr }) => isr.length === REPLICAS));
      }).catch(() => false);
      if (isWhole) return;
      await sleep(500);
    }
    throw new Error(`Not all replicas are in sync after ${PATIENCE / 1000} s`);
  }

  /** The command that runs a class of Kafka's tools, as the words of it. */
  async tool(name: string, args: readonly string[]): Promise<readonly [string, ...string[]]> {
    const config = join(this.#dir, 'tools-log4j2.properties');
    writeFileSync(config, LOG_TO_STDERR);
    const path = [await kafkaToolJars(), await kafkaJars()].map((folder) => join(folder, '*')).join(':');
    const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', path];
    return [await findJava(), ...jvm, `-Dlog4j2.configurationFile=${config}`, name, ...args];
  }

  /** What a tool prints. */
  async run(name: string, args: readonly string[]): Promise<string> {
    const [java, ...rest] = await this.tool(name, ['--bootstrap-server', this.brokers.join(','), ...args]);
    const { stdout } = await promisify(execFile)(java, rest, {
      timeout: PATIENCE,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }

  async #start(node: Node): Promise<void> {
    node.server = await startNode({
      dir: node.dir,
      properties: this.#properties(node),
      heap: '384m',
      patience: PATIENCE,
    });
  }

  #properties({ id, port }: Node): string {
    return `process.roles=broker,controller
node.id=${id}
controller.quorum.voters=${this.#voters}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${this.#controllers[id - 1]}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
auto.create.topics.enable=false
default.replication.factor=${REPLICAS}
min.insync.replicas=2
offsets.topic.replication.factor=${REPLICAS}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=${REPLICAS}
transaction.state.log.min.isr=2
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=${REPLICAS}
share.coordinator.state.topic.min.isr=2
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.backoff.ms=2000
num.network.threads=2
num.io.threads=4
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=1000
`;
  }
}

/** What the tools log goes to standard error: on standard output are records. */
const LOG_TO_STDERR = `rootLogger.level=warn
rootLogger.appenderRef.stderr.ref=stderr
appender.stderr.type=Console
appender.stderr.name=stderr
appender.stderr.target=SYSTEM_ERR
appender.stderr.layout.type=PatternLayout
appender.stderr.layout.pattern=%p %c %m%n
`;
