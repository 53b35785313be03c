import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startNode } from './kafka-node.ts';
import { keptPort } from './kept-port.ts';
import { loneBroker } from './lone-broker.ts';
import type { ServerProcess } from './server-process.ts';

/** A Kafka broker that runs as a process of this machine. */
export interface NativeKafka extends ServerProcess {
  readonly brokers: string[];
}

/**
 * Starts one broker that is its own controller (KRaft) on a loopback port, with its data and `kafka.log` in `dir`.
 *
 * A new `dir` is formatted. A used one goes on with its data and, where `port` is left out, on its old port: that is how a
 * test brings a broker back after `stop` or `kill`.
 *
 * @param more lines of server.properties beside ours, the same at each start
 */
export async function startKafka({
  dir,
  port,
  more = '',
}: {
  dir: string;
  port?: number;
  more?: string;
}): Promise<NativeKafka> {
  const home = resolve(dir);
  await mkdir(home, { recursive: true });
  const broker = await keptPort(join(home, 'port'), port);
  const controller = await keptPort(join(home, 'controller-port'));
  const server = await startNode({ dir: home, properties: serverProperties(broker, controller) + more });
  return { ...server, brokers: [`127.0.0.1:${broker}`] };
}

function serverProperties(broker: number, controller: number): string {
  return `${loneBroker(controller)}listeners=PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${broker}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
num.network.threads=2
num.io.threads=4
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
`;
}
