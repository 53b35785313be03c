/**
 * Recursive least squares in packed form: P is symmetric, its upper triangle stored row by row in float32 and computed in
 * float64. Haykin, Adaptive Filter Theory, ch. 10; the gain depends on the features only, so one P serves all horizons and the
 * error may be applied later.
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

/**
 * Takes in the features φ: P ← (P − g (Pφ)ᵀ)/λ, and gives the gain g = Pφ / (λ + φᵀPφ).
 *
 * Without excitation P would grow as λ⁻ⁿ: there is no forgetting where the trace of P would pass `traceLimit`. Where rounding
 * has cost P its definiteness, P starts anew.
 *
 * @param P packed, from index `at` on
 * @param phi features, from index `phiAt` on
 * @param gain where g [d] is written, from index `gainAt` on
 * @param work workspace of at least d float64
 */
export function rlsGain(
  P: Float32Array,
  at: number,
  d: number,
  phi: Float32Array,
  phiAt: number,
  gain: Float32Array,
  gainAt: number,
  options: { readonly lambda: number; readonly start: number; readonly traceLimit: number },
  work: Float64Array,
): void {
  const { lambda, start, traceLimit } = options;
  work.fill(0, 0, d);
  let trace = 0;
  for (let i = 0, k = at; i < d; i++) {
    const phi_i = phi[phiAt + i]!;
    trace += P[k]!;
    let sum = work[i]! + P[k++]! * phi_i;
    for (let j = i + 1; j < d; j++, k++) {
      const p = P[k]!;
      sum += p * phi[phiAt + j]!;
      work[j] = work[j]! + p * phi_i;
    }
    work[i] = sum;
  }
  let power = 0;
  for (let i = 0; i < d; i++) power += phi[phiAt + i]! * work[i]!;
  if (!(power >= 0)) {
    resetP(P, at, d, start);
    for (let i = 0; i < d; i++) gain[gainAt + i] = 0;
    return;
  }
  const scale = 1 / (lambda + power);
  const grow = trace <= traceLimit * lambda ? 1 / lambda : 1;
  for (let i = 0, k = at; i < d; i++) {
    const g = work[i]! * scale;
    gain[gainAt + i] = g;
    for (let j = i; j < d; j++, k++) P[k] = (P[k]! - g * work[j]!) * grow;
  }
}

/** Σ w_i φ_i in float64. */
export function dot(w: Float32Array, at: number, phi: Float32Array, phiAt: number, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += w[at + i]! * phi[phiAt + i]!;
  return sum;
}
