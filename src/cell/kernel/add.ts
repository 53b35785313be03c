import { bytes } from './lanes';

/** to[j] += from[j] of n numbers. */
export function add(to: usize, from: usize, n: i32): void {
  let j = 0;
  for (; j + 3 < n; j += 4) {
    v128.store(to + bytes(j), f32x4.add(v128.load(to + bytes(j)), v128.load(from + bytes(j))));
  }
  for (; j < n; j++) f32.store(to + bytes(j), f32.load(to + bytes(j)) + f32.load(from + bytes(j)));
}
