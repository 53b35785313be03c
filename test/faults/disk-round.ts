import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { stringify } from 'yaml';
import { seededRandom } from '../../src/model/random.ts';
import { dump } from '../checks/dump.ts';
import type { Cluster } from './cluster.ts';
import { Feed } from './feed.ts';
import { smallDisk } from './small-disk.ts';
import { Violation } from './violation.ts';
import { PARTITIONS, type Workload } from './workload.ts';
import { Worker } from './workers.ts';

export interface DiskRoundParts {
  readonly cluster: Cluster;
  readonly load: Workload;
  readonly dir: string;
  readonly seed: number;
  /** How often the disk is to be full. */
  readonly times: number;
  readonly say: (line: string) => void;
}

/** Longest time that a worker may take until it ends or has committed everything, ms. */
const PATIENCE = 600_000;
const MIB = 1024 * 1024;

/**
 * A run that keeps state and outputs in a SQLite file whose disk is full again and again: it ends, is given more room, is started again,
 * and leaves in the end what an undisturbed run leaves.
 *
 * @returns how often the disk was full
 * @throws Violation
 */
export async function playDiskRound({
  cluster,
  load,
  dir,
  seed,
  times,
  say,
}: DiskRoundParts): Promise<number> {
  mkdirSync(dir, { recursive: true });
  const topic = `input-disk-${randomUUID().slice(0, 8)}`;
  await cluster.whole();
  await cluster.ask((admin) =>
    admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions: PARTITIONS, replicationFactor: cluster.size }],
    }),
  );
  await cluster.askUntil((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
  await new Feed(cluster, topic, load, 1).rest();

  const start = (name: string, db: string, prefix: readonly string[]): Promise<Worker> => {
    const config = join(dir, `${name}.yaml`);
    writeFileSync(
      config,
      stringify({
        input: {
          kind: 'kafka',
          brokers: cluster.brokers,
          topic,
          group: `${topic}-${name}`,
          sessionTimeout: '6s',
          decode: {
            format: 'json',
            values: ['value'],
          },
        },
        model: { hidden: 4, horizon: 6 },
        forecast: { store: [1, 6] },
        commit: { every: '100ms', readings: 200 },
        store: { kind: 'sqlite', path: db },
        page: { enabled: false },
      }),
    );
    return Worker.start({ dir, config, env: process.env, prefix }, name);
  };

  const calm = join(dir, 'calm.db');
  const undisturbed = await start('calm', calm, []);
  if (!(await untilAll(undisturbed, calm, load.size)))
    throw new Error(`The undisturbed run ended: ${undisturbed.said().slice(-1000)}`);
  await undisturbed.stop();
  const { size } = statSync(calm);

  const random = seededRandom(seed);
  const disk = await smallDisk(join(dir, 'small'), MIB);
  try {
    const shaken = join(disk.path, 'shaken.db');
    let full = 0;
    for (let room = MIB; ; room += Math.ceil(((0.5 + random()) * size) / times)) {
      // when it has been full often enough there is room for all, the log of what is to be written included
      await disk.resize(full < times ? room : 3 * size + 64 * MIB);
      const worker = await start(`shaken-${full + 1}`, shaken, disk.prefix);
      const isDone = await untilAll(worker, shaken, load.size);
      if (isDone) {
        await worker.stop();
        break;
      }
      full += 1;
      const said = worker.said();
      if (!/\[STORE_FAILED\]|disk is full|disk I\/O error/.test(said))
        throw new Violation('live', `${worker.log} ended with ${String(worker.code)}: ${said.slice(-1000)}`);
      say(
        `disk (${disk.kind}) of ${(room / MIB).toFixed(1)} MiB full, ${committed(shaken)} records committed`,
      );
    }
    const [expected, got] = [dump(calm), dump(shaken)];
    for (const table of Object.keys(expected) as (keyof typeof expected)[]) {
      if (expected[table].sha256 === got[table].sha256) continue;
      throw new Violation(
        'I1',
        `table ${table}: ${got[table].rows} rows, undisturbed ${expected[table].rows}`,
      );
    }
    return full;
  } finally {
    await disk.remove();
    await cluster.askUntil((admin) => admin.deleteTopics({ topics: [topic] }));
  }
}

/** Whether the worker has committed everything; false where it ended before that. @throws Violation */
async function untilAll(worker: Worker, db: string, size: number): Promise<boolean> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    if (committed(db) === size) return true;
    if (!worker.isRunning) return false;
    await sleep(200);
  }
  await worker.kill();
  throw new Violation(
    'live',
    `${worker.log} has committed ${committed(db)} of ${size} in ${PATIENCE / 1000} s`,
  );
}

/** Records that the file has committed, over all partitions. */
function committed(db: string): number {
  try {
    const database = new DatabaseSync(db, { readOnly: true, timeout: 2000 });
    try {
      const row = database.prepare('SELECT coalesce(sum(next), 0) AS done FROM position').get();
      return Number(row?.['done'] ?? 0);
    } finally {
      database.close();
    }
  } catch {
    return 0; // the file is being made
  }
}
