import { ForetideError } from '../errors.ts';
import type { Trainable } from './trainable.ts';

/** What a trainer remembers beside the blocks of its layers. */
export interface TrainerProgress {
  readonly updates: number;
  /** β1^t and β2^t. */
  readonly powers: readonly [number, number];
}

/** "FTTR", then the format's number. */
const MAGIC = 0x52545446;
const VERSION = 1;
const HEADER = 40;
const BLOCKS = ['parameters', 'm', 'v'] as const;

/**
 * Little-endian: magic and version (u32), then as float64 the updates, β1^t, β2^t and how many float32 follow; then of each layer, from the
 * lowest to the head, W and b of parameters, of m and of v, in the order of the layer's weights.
 */
export function packState(parts: readonly Trainable[], { updates, powers }: TrainerProgress): Uint8Array {
  const tensors = parts.flatMap((part) =>
    BLOCKS.flatMap((block) => {
      const { W, b } = part.read(block);
      return [W, b];
    }),
  );
  const count = tensors.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(HEADER + count * 4);
  const data = new DataView(bytes.buffer);
  data.setUint32(0, MAGIC, true);
  data.setUint32(4, VERSION, true);
  [updates, ...powers, count].forEach((value, i) => data.setFloat64(8 + i * 8, value, true));
  let at = HEADER;
  for (const tensor of tensors) {
    for (const value of tensor) {
      data.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/**
 * Puts the blocks back.
 *
 * @throws ForetideError STATE_CORRUPT where these are not bytes of `packState`; STATE_MISMATCH where they are of another network. Then
 * nothing has been changed.
 */
export function unpackState(parts: readonly Trainable[], bytes: Uint8Array): TrainerProgress {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const corrupt = (expected: string, got: string): ForetideError =>
    new ForetideError('STATE_CORRUPT', {
      what: 'This is not the state of a training',
      expected,
      got,
      todo: 'Begin the training anew, or go on from an earlier checkpoint.',
    });
  if (bytes.length < HEADER) throw corrupt(`at least ${HEADER} bytes`, `${bytes.length}`);
  const [magic, version] = [data.getUint32(0, true), data.getUint32(4, true)];
  if (magic !== MAGIC || version !== VERSION) throw corrupt(`FTTR ${VERSION}`, `${magic} ${version}`);
  const [updates, power1, power2, count] = [8, 16, 24, 32].map((at) => data.getFloat64(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  if (bytes.length !== HEADER + count * 4) throw corrupt(`${HEADER + count * 4} bytes`, `${bytes.length}`);
  const shapes = parts.map((part) => part.read('parameters'));
  const wanted = shapes.reduce((sum, { W, b }) => sum + BLOCKS.length * (W.length + b.length), 0);
  if (count !== wanted) {
    throw new ForetideError('STATE_MISMATCH', {
      what: 'This state is of another network',
      expected: `${wanted} numbers`,
      got: `${count}`,
      todo: 'Train with the settings that the checkpoint was made with.',
    });
  }
  let at = HEADER;
  const next = (length: number): Float32Array => {
    const numbers = Float32Array.from({ length }, (_, i) => data.getFloat32(at + i * 4, true));
    at += length * 4;
    return numbers;
  };
  parts.forEach((part, i) => {
    const { W, b } = shapes[i]!;
    for (const block of BLOCKS) part.write(block, { W: next(W.length), b: next(b.length) });
  });
  return { updates, powers: [power1, power2] };
}
