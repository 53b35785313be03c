import type { Model } from '../../src/model/model.ts';
import { type SensorReading } from './readings.ts';

const DAY = 86_400_000;

interface State {
  readonly sums: [count: number, mean: number, squares: number];
  readonly h: Float64Array;
  readonly C: Float64Array;
}

/**
 * The job in plain float64, written from its description: what the first forecasts of each sensor have to be.
 *
 * @returns of each sensor and time, `sensor,time`, the 12 forecasts
 */
export function peersJobReference(
  { layers, head, hidden: H, horizon: Q }: Model,
  readings: Iterable<SensorReading>,
): ReadonlyMap<string, readonly number[]> {
  const { W, b } = layers[0]!;
  const states = new Map<string, State>();
  const told = new Map<string, readonly number[]>();
  for (const { sensor, time, value } of readings) {
    const state = states.get(sensor) ?? {
      sums: [0, 0, 0],
      h: new Float64Array(H),
      C: new Float64Array(H),
    };
    states.set(sensor, state);
    const { sums, h, C } = state;
    sums[0] += 1;
    const before = value - sums[1];
    sums[1] += before / sums[0];
    sums[2] += before * (value - sums[1]);
    const sd = sums[0] > 1 ? Math.sqrt(sums[2] / (sums[0] - 1)) : 0;
    const angle = (2 * Math.PI * (time % DAY)) / DAY;
    const x = [sd > 1e-9 ? (value - sums[1]) / sd : 0, Math.sin(angle), Math.cos(angle)];
    const inputs = [...h, ...x];
    // gates side by side: i, f, C̃, o
    const z = Array.from({ length: 4 * H }, (_, column) =>
      inputs.reduce((sum, input, k) => sum + input * W[k * 4 * H + column]!, b[column]!),
    );
    const σ = (a: number): number => 1 / (1 + Math.exp(-a));
    for (let j = 0; j < H; j++) {
      C[j] = σ(z[H + j]!) * C[j]! + σ(z[j]!) * Math.tanh(z[2 * H + j]!);
      h[j] = σ(z[3 * H + j]!) * Math.tanh(C[j]!);
    }
    const y = Array.from({ length: Q }, (_, q) =>
      h.reduce((sum, h_j, j) => sum + h_j * head.W[j * Q + q]!, head.b[q]!),
    );
    told.set(
      `${sensor},${time}`,
      y.map((each) => sums[1] + sd * each),
    );
  }
  return told;
}
