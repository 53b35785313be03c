/**
 * bfloat16: the upper half of a float32; 8 bits of fraction, the range of a float32. What is only ever multiplied by a noisy number need
 * not be stored more exactly.
 */
const bits = new Int32Array(1);
const real = new Float32Array(bits.buffer);

/** A NaN of the machine may have any bits; this one has always the same. */
const NAN = 0x7fc0;

/** The bfloat16 nearest to x as a float32, ties to even; NaN is always the same one. */
export function toBfloat16(x: number): number {
  if (Number.isNaN(x)) return NAN;
  real[0] = x;
  return ((bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) >>> 16) & 0xffff;
}

/** The number that a bfloat16 stands for. */
export function fromBfloat16(half: number): number {
  bits[0] = half << 16;
  return real[0]!;
}
