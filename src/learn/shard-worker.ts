import { workerData } from 'node:worker_threads';
import { Shard } from './shard.ts';
import { workOnShards } from './shard-work.ts';
import { SharedWork, type WorkerData } from './shared-work.ts';

/** This file, to start a thread with: it works on shards until it is terminated. */
export const SHARD_WORKER = new URL(import.meta.url);

const given = workerData as WorkerData | null;
if (given?.foretide === 'shards') work(given);

function work({ settings, blocks }: WorkerData): void {
  const shared = new SharedWork(blocks, settings.size);
  const shard = new Shard(settings);
  let version = -1;
  const refresh = (): void => {
    if (version === shared.version) return;
    version = shared.version;
    copyParameters(shard, blocks.parameters);
  };
  for (;;) {
    shared.sleep();
    workOnShards(shard, shared, refresh);
  }
}

function copyParameters({ arena, network }: Shard, from: Float32Array): void {
  const { f32 } = arena.view();
  let at = 0;
  for (const { parameters, count } of network.parts) {
    f32.set(from.subarray(at, at + count), parameters / 4);
    at += count;
  }
}
