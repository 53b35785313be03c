import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findJava } from './java.ts';
import { kafkaJars } from './kafka-jars.ts';
import { startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

/** One process of Kafka: a broker that is a controller as well (KRaft). */
export interface KafkaNode {
  /** Folder of its data and of `kafka.log`; one that was used goes on with its data. */
  readonly dir: string;
  /** Lines of server.properties, without log.dirs. */
  readonly properties: string;
  /** Users that a new folder begins with, each as `SCRAM-SHA-256=[name=…,password=…]`. */
  readonly scram?: readonly string[];
  /** Most memory of its heap, as Java says it; default 512m. */
  readonly heap?: string;
  /** How long its start may take, ms. */
  readonly patience?: number;
}

/** 16 bytes in base64url, as `kafka-storage.sh random-uuid` makes them. */
const clusterId = Buffer.from('foretide-testing').toString('base64url');

/** Starts a node, which is formatted first where its folder is new; resolves when it says that it has started. */
export async function startNode({
  dir,
  properties,
  scram = [],
  heap = '512m',
  patience,
}: KafkaNode): Promise<ServerProcess> {
  const java = await findJava();
  const home = resolve(dir);
  const data = join(home, 'data');
  const file = join(home, 'server.properties');
  const jvm = [`-Xmx${heap}`, '-XX:+UseSerialGC', '-Dlog4j2.level=INFO', '-cp', join(await kafkaJars(), '*')];
  await mkdir(home, { recursive: true });
  await writeFile(file, `${properties}\nlog.dirs=${data}\n`);
  if (!existsSync(join(data, 'meta.properties'))) {
    const format = [
      'kafka.tools.StorageTool',
      'format',
      '-t',
      clusterId,
      '-c',
      file,
      ...scram.flatMap((user) => ['-S', user]),
    ];
    await promisify(execFile)(java, [...jvm, '-XX:TieredStopAtLevel=1', ...format]);
  }
  return startServer({
    command: java,
    args: [...jvm, 'kafka.Kafka', file],
    cwd: home,
    log: join(home, 'kafka.log'),
    ready: (logged) => logged.includes('Kafka Server started'),
    ...(patience !== undefined && { patience }),
  });
}
