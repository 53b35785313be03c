// A frame of readings: each steps its series once, in order.
import { activate, sums } from './cells';
import { bytes } from './lanes';
import { columnsOf, Shape } from './shape';

/** Rows that go through a layer together: its weights are then read once for all of them. */
const TOGETHER = 16;

/**
 * Steps every row of a frame in order, in place. Rows next to each other that belong to different series go through a layer together,
 * which changes no bit of any of them.
 *
 * @param n rows
 * @param states n byte offsets (u32): where each row's series has its state, layer behind layer
 * @param x inputs of the first layer, [n][I] float32
 * @param layers for each layer the byte offsets of its packed W and b, and its I (u32 each)
 * @param width float32 of state per layer
 * @param hidden [n][H] float32: where h of the top layer goes
 * @param work workspace of 16 × (columnsOf + H + I), I the widest
 */
export function stepFrame(
  cell: Shape, n: i32, states: usize, x: usize, layers: usize, layerCount: i32, H: i32, width: i32, hidden: usize, work: usize,
): void {
  const kind = cell.kind;
  const gate = bytes(H);
  const bytesOfX = bytes(load<i32>(layers, 8));
  const zStride = bytes(columnsOf(cell, H));
  const v = work + TOGETHER * zStride;
  for (let from = 0; from < n; ) {
    const count = differing(states + bytes(from), min(TOGETHER, n - from));
    let depth: usize = 0;
    for (let l = 0; l < layerCount; l++) {
      const layer = layers + <usize>l * 12;
      const W: usize = load<u32>(layer);
      const b: usize = load<u32>(layer, 4);
      const I = load<i32>(layer, 8);
      if (count == 1) {
        // nothing to bring together
        const own: usize = load<u32>(states + bytes(from)) + depth;
        const below = l == 0 ? x + <usize>from * bytesOfX : own - bytes(width);
        sums(cell, W, b, H, I, own, below, 0, work, zStride, 1);
      } else {
        const stride = gate + bytes(I);
        for (let i = 0; i < count; i++) {
          const own: usize = load<u32>(states + bytes(from + i)) + depth;
          const below = l == 0 ? x + <usize>(from + i) * bytesOfX : own - bytes(width);
          memory.copy(v + <usize>i * stride, own, gate);
          memory.copy(v + <usize>i * stride + gate, below, bytes(I));
        }
        sums(cell, W, b, H, I, v, v + gate, stride, work, zStride, count);
      }
      for (let i = 0; i < count; i++) {
        const own: usize = load<u32>(states + bytes(from + i)) + depth;
        activate(kind, H, b, own, work + <usize>i * zStride, 0);
        if (l == layerCount - 1) memory.copy(hidden + <usize>(from + i) * gate, own, gate);
      }
      depth += bytes(width);
    }
    from += count;
  }
}

/** How many of these rows, from the first on, have a series that none before them has. */
function differing(states: usize, n: i32): i32 {
  for (let i = 1; i < n; i++) {
    const own = load<u32>(states + bytes(i));
    for (let j = 0; j < i; j++) if (load<u32>(states + bytes(j)) == own) return i;
  }
  return n;
}
