import { exp32, log32 } from '../maths/float32.ts';

const f = Math.fround;

/** What is to become small, over the D numbers of a row's target. Targets that are NaN are not known and count for nothing. */
export type LossSettings =
  | { readonly kind: 'mse' | 'mae' }
  /** Outputs: for each target one a quantile, side by side. Koenker and Bassett (1978). */
  | { readonly kind: 'pinball'; readonly quantiles: readonly number[] }
  /** Softmax; the target is one number, the class from 0 on. */
  | { readonly kind: 'cross-entropy'; readonly classes: number };

/** A loss and its gradient, row by row, in float32. */
export interface Loss {
  /** Outputs for a target of D numbers. */
  outputs(D: number): number;
  /** Terms that a known number of target adds to the mean. */
  readonly terms: number;
  /**
   * The sum of a row's terms; writes dL/dy of scale × that sum.
   *
   * @param y outputs from `yAt` on
   * @param target D numbers from `targetAt` on
   * @param dy receives the gradient from `dyAt` on
   */
  row(
    y: Float32Array,
    yAt: number,
    target: Float32Array,
    targetAt: number,
    D: number,
    scale: number,
    dy: Float32Array,
    dyAt: number,
  ): number;
}

/** The loss of these settings. */
export function lossOf(settings: LossSettings): Loss {
  switch (settings.kind) {
    case 'mse':
      return perOutput([0], (error, _, scale) => [f(error * error), f(f(2 * error) * scale)]);
    case 'mae':
      return perOutput([0], (error, _, scale) => [Math.abs(error), f(Math.sign(error) * scale)]);
    case 'pinball':
      return perOutput(settings.quantiles, (error, τ, scale) =>
        error > 0
          ? [f(f(1 - τ) * error), f(f(1 - τ) * scale)]
          : [f(-f(τ) * error), error < 0 ? f(-f(τ) * scale) : 0],
      );
    case 'cross-entropy':
      return crossEntropy(settings.classes);
  }
}

/** A loss whose terms each look at one output: its error y − target to [term, gradient]. */
function perOutput(
  quantiles: readonly number[],
  term: (error: number, τ: number, scale: number) => readonly [number, number],
): Loss {
  const Q = quantiles.length;
  return {
    outputs: (D) => D * Q,
    terms: Q,
    row(y, yAt, target, targetAt, D, scale, dy, dyAt) {
      let sum = 0;
      for (let d = 0; d < D; d++) {
        const wanted = target[targetAt + d]!;
        for (let q = 0; q < Q; q++) {
          const i = d * Q + q;
          const [value, gradient] = Number.isNaN(wanted)
            ? [0, 0]
            : term(f(y[yAt + i]! - wanted), quantiles[q]!, scale);
          sum += value;
          dy[dyAt + i] = gradient;
        }
      }
      return sum;
    },
  };
}

/** −log softmax(y)[class]; its gradient: softmax(y) − [class]. */
function crossEntropy(classes: number): Loss {
  return {
    outputs: () => classes,
    terms: 1,
    row(y, yAt, target, targetAt, _D, scale, dy, dyAt) {
      const wanted = target[targetAt]!;
      if (Number.isNaN(wanted)) {
        dy.fill(0, dyAt, dyAt + classes);
        return 0;
      }
      let most = -Infinity;
      for (let c = 0; c < classes; c++) most = Math.max(most, y[yAt + c]!);
      let sum = 0;
      for (let c = 0; c < classes; c++) {
        const e = exp32(f(y[yAt + c]! - most));
        dy[dyAt + c] = e;
        sum = f(sum + e);
      }
      for (let c = 0; c < classes; c++) {
        const share = f(dy[dyAt + c]! / sum);
        dy[dyAt + c] = f(f(share - (c === wanted ? 1 : 0)) * scale);
      }
      return f(log32(sum) - f(y[yAt + wanted]! - most));
    },
  };
}
