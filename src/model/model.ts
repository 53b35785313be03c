import { createHash } from 'node:crypto';
import { type Cell, type CellWeights, cellOf } from '../cell/cell.ts';
import { seededRandom } from './random.ts';
import type { ModelSettings } from './settings.ts';

/** The linear head: y_h = Σ_k h_k W[k][h] + b[h], in standardised units. */
export interface Head {
  /** [H][channels × horizon] */
  readonly W: Float32Array;
  /** [channels × horizon] */
  readonly b: Float32Array;
}

/**
 * Cells, head and what they were made from. Read-only: one Model is shared by all tasks of a process.
 *
 * The input of a step is X_t = [z of each channel, sin and cos of the time of day (UTC)], so I = channels + 2.
 */
export interface Model {
  readonly name: string;
  readonly settings: ModelSettings;
  readonly cell: Cell;
  readonly channels: number;
  /** I */
  readonly inputs: number;
  /** H of the top layer. */
  readonly hidden: number;
  readonly horizon: number;
  readonly layers: readonly CellWeights[];
  readonly head: Head;
  /** SHA-256 of tensors and settings, hexadecimal. */
  readonly fingerprint: string;
}

/** Inputs beside the channels: sin and cos of the time of day. */
export const TIME_INPUTS = 2;

/** A model with seeded weights, uniform in ±1/√H as PyTorch's. */
export function createModel(settings: ModelSettings, channels: number): Model {
  const random = seededRandom(settings.seed);
  const cell = cellOf(settings.cell, settings.activation);
  const { hidden: H, horizon } = settings;
  const bound = 1 / Math.sqrt(H);
  const uniform = (length: number): Float32Array =>
    Float32Array.from({ length }, () => (2 * random() - 1) * bound);
  const inputs = channels + TIME_INPUTS;
  const layers = Array.from({ length: settings.layers }, (_, layer): CellWeights => {
    const input = layer === 0 ? inputs : H;
    return { hidden: H, input, W: uniform((H + input) * cell.gates * H), b: uniform(cell.biases * H) };
  });
  const head = { W: uniform(H * channels * horizon), b: uniform(channels * horizon) };
  const name = settings.name ?? `${settings.cell}${H}`;
  const fingerprint = fingerprintOf({ ...settings, channels }, layers, head);
  return { name, settings, cell, channels, inputs, hidden: H, horizon, layers, head, fingerprint };
}

/** SHA-256 over the settings and all tensors, hexadecimal. */
export function fingerprintOf(settings: object, layers: readonly CellWeights[], head: Head): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const { W, b } of [...layers, head]) hash.update(bytes(W)).update(bytes(b));
  return hash.digest('hex');
}

function bytes(tensor: Float32Array): Uint8Array {
  return new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
}
