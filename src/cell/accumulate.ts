const f = Math.fround;

/**
 * z_j += Σ_k v_k W[k][j] in float32: k outermost and in order, products and sums rounded one by one.
 *
 * @param z sums, of which the first `columns` are added to
 * @param v holds v_0 … v_(count-1) from index `vAt` on
 * @param W [rows][columns], of which the rows from `row` on are used
 */
export function accumulate(
  z: Float32Array,
  columns: number,
  v: Float32Array,
  vAt: number,
  count: number,
  W: Float32Array,
  row: number,
): void {
  for (let k = 0; k < count; k++) {
    const vk = v[vAt + k]!;
    const base = (row + k) * columns;
    for (let j = 0; j < columns; j++) z[j] = f(z[j]! + f(vk * W[base + j]!));
  }
}
