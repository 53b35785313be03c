/**
 * exp, sigmoid, tanh and log in float32, of our own: the host's `Math.exp` and `Math.tanh` may change with the engine, and a state
 * that depends on them would not replay to the same bits. Every operation is rounded to float32, so that a kernel that
 * computes in float32 throughout gives the same bits.
 */
const f = Math.fround;

const LOG2_E = f(Math.LOG2E);
// ln 2 in two parts: the high one has few bits, so that n × LN2_HIGH is exact for |n| < 2^12
const LN2_HIGH = f(0.693359375);
const LN2_LOW = f(-2.1219444e-4);
// exp(r) for |r| <= ln 2 / 2: minimax coefficients of Cephes' expf (S. Moshier, netlib)
const C5 = f(1.98756915e-4);
const C4 = f(1.3981999507e-3);
const C3 = f(8.3334519073e-3);
const C2 = f(4.1665795894e-2);
const C1 = f(1.6666665459e-1);
const C0 = f(5.0000001201e-1);
// beyond these 2^n leaves the normal numbers
const LOWEST = f(-87.3);
const HIGHEST = f(88.3);
// adding and taking away 1.5 × 2^23 rounds a float32 to the nearest integer, ties to even
const ROUND = f(12582912);

const bits = new Int32Array(1);
const real = new Float32Array(bits.buffer);

/** 2^n for integers n in [-126, 127], by writing the exponent. */
function power2(n: number): number {
  bits[0] = (n + 127) << 23;
  return real[0]!;
}

/** e^x in float32, relative error below 1.2e-7 for x in [-87.3, 88.3]; outside, the value at the nearer end. */
export function exp32(x: number): number {
  const clamped = x < LOWEST ? LOWEST : x > HIGHEST ? HIGHEST : f(x);
  const n = f(f(f(clamped * LOG2_E) + ROUND) - ROUND);
  const r = f(f(clamped - f(n * LN2_HIGH)) - f(n * LN2_LOW));
  let p = f(f(C5 * r) + C4);
  p = f(f(p * r) + C3);
  p = f(f(p * r) + C2);
  p = f(f(p * r) + C1);
  p = f(f(p * r) + C0);
  p = f(f(f(p * f(r * r)) + r) + 1);
  return f(p * power2(n));
}

/** 1 / (1 + e^-x) in float32, absolute error below 1.2e-7. */
export function sigmoid32(x: number): number {
  return f(1 / f(1 + exp32(-x)));
}

// tanh(x) / x - 1 as a polynomial in x² for |x| < 0.625: Cephes' tanhf
const T4 = f(-5.70498872745e-3);
const T3 = f(2.06390887954e-2);
const T2 = f(-5.37397155531e-2);
const T1 = f(1.33314422036e-1);
const T0 = f(-3.33332819422e-1);

/** tanh x in float32, absolute error below 1.2e-7. */
export function tanh32(x: number): number {
  const value = f(x);
  const size = Math.abs(value);
  if (size < f(0.625)) {
    const s = f(value * value);
    let p = f(f(T4 * s) + T3);
    p = f(f(p * s) + T2);
    p = f(f(p * s) + T1);
    p = f(f(p * s) + T0);
    return f(f(f(p * s) * value) + value);
  }
  const e = exp32(f(size + size));
  const t = f(1 - f(2 / f(e + 1)));
  return value < 0 ? -t : t;
}

// log(1 + z) / z - 1 + z/2 as a polynomial for 1 + z in [√½, √2): Cephes' logf
const L = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f);
const SQRT_HALF = f(Math.SQRT1_2);

/** The natural logarithm of x in float32, relative error below 1.2e-7; -Infinity of 0, NaN of what is negative. */
export function log32(x: number): number {
  real[0] = x;
  if (!(real[0] > 0)) return real[0] === 0 ? -Infinity : NaN;
  if (real[0] === Infinity) return Infinity;
  let e = -126;
  if (bits[0]! < 0x800000) {
    real[0] = real[0] * 8_388_608; // below the normal numbers: 2^23 times it is one
    e -= 23;
  }
  e += bits[0]! >> 23;
  bits[0] = (bits[0]! & 0x7fffff) | 0x3f000000; // in [½, 1)
  const low = real[0] < SQRT_HALF;
  if (low) e -= 1;
  const z = low ? f(f(real[0] + real[0]) - 1) : f(real[0] - 1);
  const s = f(z * z);
  let p = L[0]!;
  for (let i = 1; i < L.length; i++) p = f(f(p * z) + L[i]!);
  p = f(f(p * z) * s);
  p = f(p + f(e * LN2_LOW));
  p = f(p - f(f(0.5) * s));
  return f(f(z + p) + f(e * LN2_HIGH));
}
