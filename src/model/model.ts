import { createHash } from 'node:crypto';
import type { Cell, CellWeights } from '../cell/cell.ts';
import { cellOf } from '../cell/cells.ts';
import { type InputKind, inputWidth } from '../cell/inputs.ts';
import { ForetideError } from '../errors.ts';
import { seededRandom } from './random.ts';
import type { ModelSettings } from './settings.ts';

/** The linear head: y_h = Σ_k h_k W[k][h] + b[h], in standardised units. */
export interface Head {
  /** [H][channels × horizon] */
  readonly W: Float32Array;
  /** [channels × horizon] */
  readonly b: Float32Array;
}

/** What a model is made of. */
export interface ModelParts {
  readonly cell: Cell['name'];
  /** The plain RNN's σ; the other cells have theirs fixed. */
  readonly activation?: 'tanh' | 'sigmoid' | 'relu' | undefined;
  readonly channels: number;
  readonly horizon: number;
  readonly layers: readonly CellWeights[];
  readonly head: Head;
}

/** Where weights come from: a seed, so that nothing has been trained; the package, which brings a model; the user's own file. */
export type Origin = 'seed' | 'package' | 'file';

/** Cells, head and what they were made from. Read-only: one Model is shared by all tasks of a process. */
export interface Model {
  /** What outputs call it: cell and width, `lstm32`. */
  readonly name: string;
  readonly cell: Cell;
  /** Numbers in a reading. */
  readonly channels: number;
  /** [channels] what they are called, where the readings tell; not part of the fingerprint. */
  readonly channelNames: readonly string[];
  /** I, numbers in X_t. */
  readonly inputs: number;
  /** What X_t is made of; it follows from the shape of the weights. */
  readonly inputKind: InputKind;
  /** H of the top layer. */
  readonly hidden: number;
  /** Steps ahead that it forecasts, each of them from 1 on. */
  readonly horizon: number;
  /** The lowest first. */
  readonly layers: readonly CellWeights[];
  readonly head: Head;
  readonly origin: Origin;
  /** SHA-256 of the tensors and of what says how to use them, hexadecimal: two models with one fingerprint forecast the same. */
  readonly fingerprint: string;
}

/**
 * A model with seeded weights, uniform in ±1/√H as PyTorch's.
 *
 * @param channels numbers in a reading
 * @throws ForetideError SETTINGS_INVALID for the settings of a model that is to be read from a file: see `loadModel`
 */
export function createModel(settings: ModelSettings, channels: number): Model {
  if (settings.file !== undefined) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'This model has its weights from a file',
      expected: 'no model.file',
      got: settings.file,
      where: 'model.file',
      todo: 'Read the file and give its bytes to loadModel.',
    });
  }
  const random = seededRandom(settings.seed);
  const { gates, biases } = cellOf(settings.cell, settings.activation);
  const { hidden: H, horizon } = settings;
  const bound = 1 / Math.sqrt(H);
  const uniform = (length: number): Float32Array =>
    Float32Array.from({ length }, () => (2 * random() - 1) * bound);
  const layers = Array.from({ length: settings.layers }, (_, layer): CellWeights => {
    const input = layer === 0 ? inputWidth(settings.inputs, channels) : H;
    return { hidden: H, input, W: uniform((H + input) * gates * H), b: uniform(biases * H) };
  });
  const head = { W: uniform(H * channels * horizon), b: uniform(channels * horizon) };
  return modelOf({ ...settings, channels, layers, head }, settings.name, 'seed');
}

/** What channels are called that have no names: '' where there is one, else 0, 1, …. */
export function numberedChannels(channels: number): readonly string[] {
  return channels === 1 ? [''] : Array.from({ length: channels }, (_, c) => String(c));
}

/** A model of these parts, trained unless `origin` says otherwise; its name is by default the cell and its hidden size, e.g. lstm16. */
export function modelOf(parts: ModelParts, name?: string, origin: Origin = 'file'): Model {
  const { channels, horizon, layers, head } = parts;
  const cell = cellOf(parts.cell, parts.activation);
  const hidden = layers.at(-1)!.hidden;
  const inputKind = layers[0]!.input === inputWidth('gaps', channels) ? 'gaps' : 'plain';
  return {
    name: name ?? `${parts.cell}${hidden}`,
    cell,
    channels,
    channelNames: numberedChannels(channels),
    inputs: inputWidth(inputKind, channels),
    inputKind,
    hidden,
    horizon,
    layers,
    head,
    origin,
    fingerprint: fingerprintOf({ ...parts, activation: cell.activation }),
  };
}

// it stands in files: whoever changes it raises VERSION of load.ts
function fingerprintOf({ cell, activation, channels, horizon, layers, head }: ModelParts): string {
  const shapes = layers.map(({ input, hidden }) => [input, hidden]);
  const hash = createHash('sha256').update(JSON.stringify({ cell, activation, channels, horizon, shapes }));
  for (const { W, b } of [...layers, head]) hash.update(bytes(W)).update(bytes(b));
  return hash.digest('hex');
}

function bytes(tensor: Float32Array): Uint8Array {
  return new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength);
}
