import { readdir } from 'node:fs/promises';
import type { InfluxService } from '../services/influxdb.ts';
import { influxWays } from '../services/influxdb-ways.ts';
import { kafkaJars } from '../services/kafka-jars.ts';
import type { KafkaService } from '../services/kafka.ts';
import { kafkaWays } from '../services/kafka-ways.ts';
import type { Started, Way } from '../services/way.ts';

/** A service for a bench, with its version where it tells. */
export type BenchService<S> = Started<S> & { readonly version: string };

/** A Kafka: the one at KAFKA_BROKERS, else a broker of this machine. Rejects with what to do when there is neither. */
export async function benchKafka(): Promise<BenchService<KafkaService>> {
  const todo = 'set KAFKA_BROKERS, or install Java 17 and Maven';
  const started = await firstOpen('Kafka', todo, kafkaWays);
  return { ...started, version: process.env['KAFKA_BROKERS'] ? 'of KAFKA_BROKERS' : await jarVersion() };
}

/** An InfluxDB: the one at INFLUX_URL, else an `influxd` of this machine. Rejects with what to do when there is neither. */
export async function benchInfluxDB(): Promise<BenchService<InfluxService>> {
  const todo =
    'set INFLUX_URL, INFLUX_TOKEN, INFLUX_ORG and INFLUX_BUCKET, or name an influxd 2 in INFLUXD or on PATH';
  const started = await firstOpen('InfluxDB 2', todo, influxWays);
  const { headers } = await fetch(`${started.service.url}/ping`);
  return { ...started, version: headers.get('x-influxdb-version') ?? 'of unknown version' };
}

/** Not by Docker, though the tests would: what carries a container's port to us takes CPU of its own. */
async function firstOpen<S>(name: string, todo: string, ways: readonly Way<S>[]): Promise<Started<S>> {
  const closed: string[] = [];
  for (const way of ways.filter((one) => one.name !== 'Docker')) {
    try {
      return await way.start();
    } catch (error) {
      closed.push(`${way.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`No ${name} here: ${todo} (${closed.join('; ')})`);
}

async function jarVersion(): Promise<string> {
  const jars = (await readdir(await kafkaJars())).join('\n');
  return /^kafka-clients-(\S+)\.jar$/m.exec(jars)?.[1] ?? 'of unknown version';
}
