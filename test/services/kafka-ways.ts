import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { KafkaService } from './kafka.ts';
import { startKafka } from './native-kafka.ts';
import type { Way } from './way.ts';

const environment: Way<KafkaService> = {
  name: 'KAFKA_BROKERS',
  async start() {
    const brokers = process.env['KAFKA_BROKERS'];
    if (!brokers) throw new Error('not set');
    return { service: { brokers: brokers.split(',') }, stop: async () => {} };
  },
};

/**
 * A container of any image that takes its settings as apache/kafka does. The port is chosen beforehand, since the broker
 * must know the address it is reached at before it starts.
 */
const docker: Way<KafkaService> = {
  name: 'Docker',
  async start() {
    const { dockerHost } = await import('./docker-engine.ts');
    const host = await dockerHost();
    const { GenericContainer, Wait } = await import('testcontainers');
    const port = await freePort();
    const container = await new GenericContainer(process.env['KAFKA_IMAGE'] || 'apache/kafka:4.1.0')
      .withExposedPorts({ container: port, host: port })
      .withEnvironment({
        KAFKA_NODE_ID: '1',
        KAFKA_PROCESS_ROLES: 'broker,controller',
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
        KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://localhost:9093`,
        KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port}`,
        KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
        KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
        KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
        KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
        KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .withStartupTimeout(120_000)
      .start();
    return { service: { brokers: [`${host}:${port}`] }, stop: async () => void (await container.stop()) };
  },
};

const native: Way<KafkaService> = {
  name: 'a process of this machine',
  async start() {
    const dir = await mkdtemp(join(tmpdir(), 'foretide-kafka-'));
    const clean = () => rm(dir, { recursive: true, force: true });
    try {
      const broker = await startKafka({ dir });
      // Its data goes too: nothing is lost by not waiting for an orderly end.
      return { service: { brokers: broker.brokers }, stop: () => broker.kill().then(clean) };
    } catch (error) {
      await clean();
      throw error;
    }
  },
};

/** The ways to a Kafka for the tests, best first. */
export const kafkaWays: readonly Way<KafkaService>[] = [environment, docker, native];
