/** The bits of float32 numbers: unlike the numbers themselves, they tell 0 from -0. */
export function bits(numbers: Float32Array): number[] {
  return [...new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)];
}
