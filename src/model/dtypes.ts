/** How the numbers of one dtype lie in a file. */
export interface Dtype {
  /** Bytes of one number. */
  readonly size: number;
  /** The number at this byte, as float32: F32, F16 and BF16 exactly, F64 rounded to the nearest (an infinity beyond float32). */
  read(view: DataView, at: number): number;
}

const bits = new Uint32Array(1);
const real = new Float32Array(bits.buffer);

function fromBits(pattern: number): number {
  bits[0] = pattern;
  return real[0]!;
}

/** 2^-24, the step of the subnormal float16. */
const HALF_STEP = 5.960_464_477_539_063e-8;

function half(pattern: number): number {
  const sign = pattern >>> 15;
  const exponent = (pattern >>> 10) & 31;
  const fraction = pattern & 1023;
  if (exponent === 0) return (sign ? -1 : 1) * fraction * HALF_STEP;
  return fromBits((sign << 31) | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13));
}

/** The dtypes of safetensors that a model may have, little-endian as the format says. */
export const DTYPES: Readonly<Record<string, Dtype>> = {
  F64: { size: 8, read: (view, at) => Math.fround(view.getFloat64(at, true)) },
  F32: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { size: 2, read: (view, at) => half(view.getUint16(at, true)) },
  BF16: { size: 2, read: (view, at) => fromBits(view.getUint16(at, true) << 16) },
};
