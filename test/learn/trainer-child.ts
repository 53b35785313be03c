import { ADAM } from '../../src/learn/adam.ts';
import { initialWeights } from '../../src/learn/initial-weights.ts';
import { Trainer } from '../../src/learn/trainer.ts';

// A training on three threads that never ends by itself. Says by a line of JSON what ended it.
const numbers = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i / 7));
const trainer = new Trainer({
  shape: { cell: 'lstm', steps: 6, scored: 3 },
  weights: initialWeights({ cell: 'lstm', inputs: 2, hidden: 8, layers: 1, outputs: 2, seed: 3 }),
  rows: { inputs: numbers, targets: numbers, targetWidth: 2 },
  loss: { kind: 'mse' },
  size: 4,
  dropout: 0,
  seed: 1,
  batch: 16,
  adam: ADAM,
  schedule: { kind: 'constant' },
  threads: 3,
});
const starts = Int32Array.from({ length: 16 }, (_, i) => i * 5);
const began = performance.now();
try {
  for (;;) trainer.step(starts);
} catch (error) {
  const { code, message, canRetry } = error as { code?: string; message: string; canRetry?: boolean };
  const seconds = (performance.now() - began) / 1000;
  const closing = performance.now();
  await trainer.close();
  const closed = (performance.now() - closing) / 1000;
  process.stdout.write(`${JSON.stringify({ code, message, canRetry, seconds, closed })}\n`);
}
