import type { Kafka, ProducerConfig } from 'kafkajs';
import type { Points } from '../../src/sink/points.ts';
import type { Sink } from '../../src/sink/sink.ts';
import type { Commit, Store } from '../../src/store/store.ts';
import type { WorkerReplacements } from '../../src/testing/sim-worker.ts';
import type { ScenarioOptions } from './scenario.ts';

/** A fault of the product, put in on purpose: what of each worker is replaced, in which runs. */
export interface SeededBug {
  readonly name: string;
  readonly options: ScenarioOptions;
}

const endless = new AbortController().signal;

function storeLike(store: Store, commit: Store['commit']): Store {
  return {
    name: store.name,
    open: (...args) => store.open(...args),
    commit,
    close: () => store.close(),
  };
}

function sinkLike(sink: Sink, write: Sink['write']): Sink {
  return { name: sink.name, check: () => sink.check(), write, close: () => sink.close() };
}

/** Everything of a commit as it is now. */
function copyOf(commit: Commit): Commit {
  const rows = (of: Commit['rows']) => Array.from(of, (row) => ({ ...row, bytes: row.bytes.slice() }));
  const all = rows(commit.allRows());
  return {
    ...commit,
    rows: rows(commit.rows),
    allRows: () => all,
    partitionSlots: commit.partitionSlots.slice(),
  };
}

/** Points go out only when the commit is through. */
function commitBeforeWrite(): WorkerReplacements {
  const held: { readonly sink: Sink; readonly points: readonly Points[] }[] = [];
  return {
    sink: (sink) =>
      sinkLike(sink, (points) => {
        held.push({ sink, points });
        return Promise.resolve([]);
      }),
    store: (store) =>
      storeLike(store, async (commit) => {
        await store.commit(commit);
        for (const { sink, points } of held.splice(0)) await sink.write(points, endless);
      }),
  };
}

/** Nobody waits for the points to be durable. */
function unawaitedFlush(): WorkerReplacements {
  return {
    sink: (sink) =>
      sinkLike(sink, (points) => {
        void sink.write(points, endless);
        return Promise.resolve([]);
      }),
  };
}

/** Nobody waits for the commit to be durable, nor hears that it failed. */
function unawaitedCommit(): WorkerReplacements {
  return {
    store: (store) => {
      let last = Promise.resolve();
      return storeLike(store, (commit) => {
        const copy = copyOf(commit);
        last = last.then(() => store.commit(copy)).catch(() => undefined);
        return Promise.resolve();
      });
    },
  };
}

let names = 0;

/** Each producer has a transactional id of its own: none fences another. */
function noFencing(): WorkerReplacements {
  return {
    kafka: (kafka) =>
      ({
        consumer: (config) => kafka.consumer(config),
        admin: (config) => kafka.admin(config),
        logger: () => kafka.logger(),
        producer: (config?: ProducerConfig) =>
          kafka.producer({ ...config, transactionalId: `${config?.transactionalId}-${(names += 1)}` }),
      }) satisfies Kafka,
  };
}

/** It goes on from where the group stands. */
function positionFromGroup(): WorkerReplacements {
  return {
    handler: (tasks, kafka) => ({
      open: async (partition) => {
        const next = await tasks.open(partition);
        const admin = kafka.admin();
        const [told] = await admin.fetchOffsets({ groupId: 'foretide', topics: ['readings'] });
        const offset = Number(told?.partitions.find((one) => one.partition === partition)?.offset ?? -1);
        return offset < 0 ? next : offset;
      },
      handle: (batch) => tasks.handle(batch),
      lose: (partition) => tasks.lose(partition),
      drain: () => tasks.drain(),
      onCommitted: (listener) => tasks.onCommitted(listener),
      onBroken: (listener) => tasks.onBroken(listener),
    }),
  };
}

export const SEEDED_BUGS: readonly SeededBug[] = [
  { name: 'commit before write', options: { output: 'influxdb', replace: commitBeforeWrite } },
  { name: 'a flush that is not awaited', options: { output: 'influxdb', replace: unawaitedFlush } },
  { name: 'a commit that is not awaited', options: { replace: unawaitedCommit } },
  { name: 'no fencing', options: { workers: 3, replace: noFencing } },
  { name: 'position from the group', options: { mode: 'generations', replace: positionFromGroup } },
];
