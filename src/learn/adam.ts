const f = Math.fround;

export interface AdamSettings {
  /** Learning rate. */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay (AdamW); 0: plain Adam. */
  readonly decay: number;
}

/** PyTorch's defaults. */
export const ADAM: AdamSettings = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 };

/** The factors of one update, float32. The powers β^t are kept by the caller: β1^t and β2^t of update t = 1, 2, … */
export function adamFactors(settings: AdamSettings, power1: number, power2: number) {
  const { rate, beta1, beta2, epsilon, decay } = settings;
  return {
    beta1: f(beta1),
    beta2: f(beta2),
    rest1: f(1 - beta1),
    rest2: f(1 - beta2),
    rate: f(rate / (1 - power1)),
    root2: f(1 / Math.sqrt(1 - power2)),
    epsilon: f(epsilon),
    keep: f(1 - rate * decay),
  };
}
export type AdamFactors = ReturnType<typeof adamFactors>;

/**
 * One update of Adam (Kingma and Ba, arXiv 1412.6980) or AdamW (Loshchilov and Hutter, arXiv 1711.05101), in float32; leaves the
 * gradients at zero.
 *
 *     m ← β1 m + (1 − β1) g        p ← (1 − rate × decay) p − rate/(1 − β1^t) × m / (√v / √(1 − β2^t) + ε)
 *     v ← β2 v + (1 − β2) g²
 *
 * @param clip factor for the gradients, see `clipFactor`
 */
export function adam(
  p: Float32Array,
  g: Float32Array,
  m: Float32Array,
  v: Float32Array,
  clip: number,
  { beta1, beta2, rest1, rest2, rate, root2, epsilon, keep }: AdamFactors,
): void {
  for (let i = 0; i < p.length; i++) {
    const grad = f(g[i]! * f(clip));
    m[i] = f(f(beta1 * m[i]!) + f(rest1 * grad));
    v[i] = f(f(beta2 * v[i]!) + f(rest2 * f(grad * grad)));
    const denominator = f(f(f(Math.sqrt(v[i]!)) * root2) + epsilon);
    p[i] = f(f(p[i]! * keep) - f(f(rate * m[i]!) / denominator));
    g[i] = 0;
  }
}

/** Factor that brings the gradients' norm down to `limit`; 1 where it is below. */
export function clipFactor(squares: number, limit: number): number {
  const norm = Math.sqrt(squares);
  return norm > limit ? limit / norm : 1;
}

/** Σ g² in float64, by eight partial sums (index modulo 8), added pairwise: the order of the kernel. */
export function sumOfSquares(g: Float32Array): number {
  const part = [0, 0, 0, 0, 0, 0, 0, 0] as [number, number, number, number, number, number, number, number];
  g.forEach((value, i) => {
    part[i & 7]! += value * value;
  });
  const [a, b, c, d, e, f_, g_, h] = part;
  return a + b + (c + d) + (e + f_ + (g_ + h));
}
