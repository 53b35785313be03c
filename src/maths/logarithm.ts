/** ln 2, its first 33 bits and the rest: k × HIGH is exact for the exponents of float64. */
const HIGH = 6.9314718036912381649e-1;
const LOW = 1.90821492927058770002e-10;

const bits = new DataView(new ArrayBuffer(8));

/**
 * The natural logarithm with nothing but +, −, × and ÷: the same in every engine. x = 2^k (1 + f) with 1 + f in [√½, √2), and with
 * s = f / (2 + f)
 *
 *     ln(1 + f) = f − f²/2 + s (f²/2 + R(s²)),    R a polynomial of degree 7 in s² (Remez; the one of FreeBSD's msun, e_log.c)
 *
 * @param x positive and finite; anything smaller than 2^−1022 counts as that
 * @returns within 1 unit in the last place
 */
export function ln(x: number): number {
  bits.setFloat64(0, Math.max(x, 2.2250738585072014e-308));
  const high = bits.getUint32(0);
  let k = (high >>> 20) - 1023;
  const mantissa = high & 0xf_ff_ff;
  // a mantissa above √2 belongs to the next power
  const up = (mantissa + 0x9_5f_64) & 0x10_00_00;
  bits.setUint32(0, (mantissa | (up ^ 0x3f_f0_00_00)) >>> 0);
  k += up >>> 20;
  const f = bits.getFloat64(0) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const half = 0.5 * f * f;
  return k * HIGH - (half - (s * (half + even + odd) + k * LOW) - f);
}
