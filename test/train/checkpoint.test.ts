import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkContinues,
  type Checkpoint,
  packCheckpoint,
  unpackCheckpoint,
} from '../../src/train/checkpoint.ts';

const checkpoint: Checkpoint = {
  settings: { 'train.rate': 0.01, 'train.quantiles': [0.1, 0.5], 'model.cell': 'lstm' },
  data: 'ab'.repeat(32),
  position: {
    epochs: [{ loss: 0.1 + 0.2, validation: null }],
    batches: 3,
    sum: 1 / 3,
    terms: 7,
    best: 1,
  },
  state: Uint8Array.of(10, 13, 0, 255),
  best: Uint8Array.of(1, 2),
};

test('comes back as it was, numbers to the last bit', () => {
  expect(unpackCheckpoint(packCheckpoint(checkpoint), 'x')).toEqual({
    ...checkpoint,
    state: Buffer.from(checkpoint.state),
    best: Buffer.from(checkpoint.best),
  });
});

test('a file of which any byte is another, or the end is gone, is refused', () => {
  const whole = packCheckpoint(checkpoint);
  const isRefused = (bytes: Uint8Array): void =>
    expect(() => unpackCheckpoint(bytes, 'x.checkpoint')).toThrow(
      expect.objectContaining({ code: 'STATE_CORRUPT' }),
    );
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (length) => {
      isRefused(whole.subarray(0, length));
    }),
  );
  for (let i = 0; i < whole.length; i++) {
    const broken = Uint8Array.from(whole);
    broken[i]! ^= 1;
    isRefused(broken);
  }
  isRefused(Buffer.from('{"foretide":"checkpoint"}\n'));
});

test('other settings are named, with what they were and are', () => {
  const { settings, data } = checkpoint;
  checkContinues(checkpoint, { settings, data }, 'x');
  const others = { 'model.cell': 'lstm', 'train.rate': 0.02, 'train.new': 1 };
  expect(() => checkContinues(checkpoint, { settings: others, data }, 'x.checkpoint')).toThrow(
    expect.objectContaining({
      code: 'STATE_MISMATCH',
      facts: expect.objectContaining({
        expected: 'train.rate 0.01, train.quantiles [0.1,0.5], train.new absent',
        got: 'train.rate 0.02, train.quantiles absent, train.new 1',
        where: 'x.checkpoint',
      }) as unknown,
    }),
  );
});

test('other readings are refused', () => {
  const { settings } = checkpoint;
  expect(() => checkContinues(checkpoint, { settings, data: 'cd'.repeat(32) }, 'x')).toThrow(
    /other readings.*abab.*cdcd/,
  );
});
