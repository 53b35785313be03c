import type { Shard } from './shard.ts';
import type { SharedWork } from './shared-work.ts';

/**
 * Works on the shards of the current job until all are taken; what comes of each goes to its own place.
 *
 * @param refresh brings the parameters up to date. Called once a shard is taken: only then does the job stand still
 */
export function workOnShards(shard: Shard, work: SharedWork, refresh: () => void): void {
  const { blocks } = work;
  for (let taken = work.take(); taken !== undefined; taken = work.take()) {
    refresh();
    const { training, update, scale } = work.job;
    const { first, starts } = work.samplesOf(taken);
    if (training) {
      blocks.losses[taken] = shard.train(starts, first, update, scale);
      moveGradients(shard, blocks.gradients, taken);
    } else {
      const width = blocks.outputs.length / blocks.starts.length;
      blocks.losses[taken] = shard.evaluate(starts, blocks.outputs, first * width);
    }
    work.finish();
  }
}

/** Copies the gradients out and leaves zeros. */
function moveGradients({ arena, network }: Shard, to: Float32Array, shard: number): void {
  const { f32 } = arena.view();
  let at = shard * network.parts.reduce((sum, { count }) => sum + count, 0);
  for (const { gradients, count } of network.parts) {
    const own = f32.subarray(gradients / 4, gradients / 4 + count);
    to.set(own, at);
    own.fill(0);
    at += count;
  }
}
