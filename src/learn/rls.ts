import { fromBfloat16, toBfloat16 } from '../maths/bfloat16.ts';

/**
 * Recursive least squares in packed form: P is symmetric, its upper triangle stored row by row in float32 and computed in
 * float64. Haykin, Adaptive Filter Theory, ch. 10; the gain depends on the features only, so one P serves all horizons and the
 * error may be applied later. Features and gains wait for it as bfloat16.
 *
 * This is the reference of the kernel's `rls.ts`, which does the work: the same numbers in the same order. Sums over j are taken in
 * four parts, by index modulo 4.
 */

/** Numbers in the packed P of d features. */
export function packedLength(d: number): number {
  return (d * (d + 1)) / 2;
}

/** P = start × I. */
export function resetP(P: Float32Array, at: number, d: number, start: number): void {
  P.fill(0, at, at + packedLength(d));
  for (let i = 0, k = at; i < d; k += d - i, i++) P[k] = start;
}

/** How P forgets. */
export interface RlsSettings {
  /** λ */
  readonly forgetting: number;
  /** P begins as this × I. */
  readonly start: number;
  /** P forgets nothing where its trace would pass this: without excitation it would grow as λ⁻ⁿ. */
  readonly traceLimit: number;
}

/** How far a readout's errors may go. */
export interface InnovationSettings {
  /** An innovation counts as at most this many times the usual size; as this much while there is none. */
  readonly cut: number;
  /** Rate of the usual size. */
  readonly rate: number;
}

/** Four parts of a sum. */
const parts = new Float64Array(4);

/** The sum of the four parts. */
function total(): number {
  return parts[0]! + parts[2]! + (parts[1]! + parts[3]!);
}

/**
 * Takes in the features φ: P ← (P − g (Pφ)ᵀ)/λ, and gives the gain g = Pφ / (λ + φᵀPφ). Where rounding has cost P its
 * definiteness, P starts anew.
 *
 * Pφ is summed row by row of the triangle: a row i adds P_ij φ_i to every later v_j, and then v_i is what earlier rows have added to it
 * plus the sum of P_ij φ_j over j >= i, whose parts are by j − i.
 *
 * @param P packed, from index `at` on
 * @param phi features [d] as bfloat16, from index `phiAt` on
 * @param gain where g [d] is written as bfloat16, from index `gainAt` on
 */
export function rlsGain(
  P: Float32Array,
  at: number,
  d: number,
  phi: Uint16Array,
  phiAt: number,
  gain: Uint16Array,
  gainAt: number,
  { forgetting, start, traceLimit }: RlsSettings,
): void {
  const x = Float64Array.from({ length: d }, (_, i) => fromBfloat16(phi[phiAt + i]!));
  const v = new Float64Array(d);
  let trace = 0;
  for (let i = 0, k = at; i < d; i++) {
    trace += P[k]!;
    parts.fill(0);
    for (let j = i; j < d; j++, k++) {
      parts[(j - i) % 4]! += P[k]! * x[j]!;
      if (j > i) v[j]! += P[k]! * x[i]!;
    }
    v[i]! += total();
  }
  parts.fill(0);
  for (let i = 0; i < d; i++) parts[i % 4]! += x[i]! * v[i]!;
  const power = total();
  if (!(power >= 0)) {
    resetP(P, at, d, start);
    gain.fill(0, gainAt, gainAt + d);
    return;
  }
  const scale = 1 / (forgetting + power);
  const grow = trace <= traceLimit * forgetting ? 1 / forgetting : 1;
  for (let i = 0, k = at; i < d; i++) {
    const g = v[i]! * scale;
    gain[gainAt + i] = toBfloat16(g);
    for (let j = i; j < d; j++, k++) P[k] = (P[k]! - g * v[j]!) * grow;
  }
}

/** w·φ in float64. */
export function rlsDot(w: Float32Array, at: number, phi: Uint16Array, phiAt: number, d: number): number {
  parts.fill(0);
  for (let j = 0; j < d; j++) parts[j % 4]! += w[at + j]! * fromBfloat16(phi[phiAt + j]!);
  return total();
}

/**
 * Learns that what w·φ was to say was `moved`: w ← w + g × the innovation, cut.
 *
 * @param usual usual size of an innovation, at index `usualAt`; 0: none has been seen
 */
export function rlsLearn(
  w: Float32Array,
  at: number,
  usual: Float32Array,
  usualAt: number,
  phi: Uint16Array,
  phiAt: number,
  gain: Uint16Array,
  gainAt: number,
  d: number,
  moved: number,
  { cut, rate }: InnovationSettings,
): void {
  const innovation = moved - rlsDot(w, at, phi, phiAt, d);
  const size = usual[usualAt]!;
  const limit = cut * (size > 0 ? size : 1);
  const error = Math.max(-limit, Math.min(limit, innovation));
  usual[usualAt] = size === 0 ? Math.abs(error) : size + rate * (Math.abs(error) - size);
  for (let j = 0; j < d; j++) w[at + j] = w[at + j]! + fromBfloat16(gain[gainAt + j]!) * error;
}
