import type { Aligned } from '../align/align.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Plan } from './plan.ts';
import type { BlockRoom, Workspace } from './workspace.ts';

/** Rows of a frame that the kernel takes together, and where they lie. */
export interface Block extends BlockRoom {
  /** The first of them in the frame, and how many they are. */
  readonly first: number;
  readonly count: number;
}

/** A frame in blocks: rows, step numbers and what was observed of the targets lie in the workspace while a block is worked on. */
export function* blocksOf(
  memory: Memory,
  { channels, targets }: Plan,
  workspace: Workspace,
  { length: n, channels: width, series, index, value }: Frame & Aligned,
): Generator<Block> {
  for (let first = 0; first < n; first += workspace.together) {
    const count = Math.min(workspace.together, n - first);
    const room = workspace.block;
    const { i32, f64 } = memory.view();
    for (let i = 0; i < count; i++) {
      i32[room.rows / 4 + i] = memory.rowAt(series[first + i]!);
      for (let c = 0; c < channels; c++)
        f64[room.observed / 8 + i * channels + c] = value[(first + i) * width + targets[c]!]!;
    }
    f64.set(index.subarray(first, first + count), room.index / 8);
    yield { ...room, first, count };
  }
}
