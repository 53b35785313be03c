import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findJava } from './java.ts';
import { kafkaJars } from './kafka-jars.ts';
import { keptPort } from './kept-port.ts';
import { startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

/** A Kafka broker that runs as a process of this machine. */
export interface NativeKafka extends ServerProcess {
  readonly brokers: string[];
}

/** 16 bytes in base64url, as `kafka-storage.sh random-uuid` makes them. */
const clusterId = Buffer.from('foretide-testing').toString('base64url');

/**
 * Starts one broker that is its own controller (KRaft) on a loopback port, with its data and `kafka.log` in `dir`.
 *
 * A new `dir` is formatted. A used one goes on with its data and, where `port` is left out, on its old port: that is how a
 * test brings a broker back after `stop` or `kill`.
 */
export async function startKafka({ dir, port }: { dir: string; port?: number }): Promise<NativeKafka> {
  const java = await findJava();
  const home = resolve(dir);
  const data = join(home, 'data');
  const properties = join(home, 'server.properties');
  const jvm = ['-Xmx512m', '-XX:+UseSerialGC', '-Dlog4j2.level=INFO', '-cp', join(await kafkaJars(), '*')];
  await mkdir(home, { recursive: true });
  const broker = await keptPort(join(home, 'port'), port);
  const controller = await keptPort(join(home, 'controller-port'));
  await writeFile(properties, serverProperties(broker, controller, data));
  if (!existsSync(join(data, 'meta.properties'))) {
    const format = [
      '-XX:TieredStopAtLevel=1',
      'kafka.tools.StorageTool',
      'format',
      '-t',
      clusterId,
      '-c',
      properties,
    ];
    await promisify(execFile)(java, [...jvm, ...format]);
  }
  const server = await startServer({
    command: java,
    args: [...jvm, 'kafka.Kafka', properties],
    cwd: home,
    log: join(home, 'kafka.log'),
    ready: (logged) => logged.includes('Kafka Server started'),
  });
  return { ...server, brokers: [`127.0.0.1:${broker}`] };
}

/** Replication 1 everywhere, no waiting for more group members, and topics only where they are asked for. */
function serverProperties(broker: number, controller: number, data: string): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${broker}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
`;
}
