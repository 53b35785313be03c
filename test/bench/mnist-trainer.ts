import type { CellName } from '../../src/cell/cells.ts';
import { ADAM } from '../../src/learn/adam.ts';
import { initialWeights } from '../../src/learn/initial-weights.ts';
import type { TrainingRows } from '../../src/learn/shard.ts';
import { Trainer } from '../../src/learn/trainer.ts';

/** What the seed's notebook and the PyTorch runs beside it use. */
export const MNIST = { side: 28, hidden: 128, classes: 10, batch: 128, images: 60_000 } as const;

/** A trainer of rows of pixels as steps of a sequence; the class is read off the last step's h. */
export function mnistTrainer(
  cell: CellName,
  rows: TrainingRows,
  { epochs, threads, seed = 1 }: { epochs: number; threads: number; seed?: number },
): Trainer {
  const { side, hidden, classes, batch, images } = MNIST;
  const sizes = { inputs: side, hidden, layers: 1, outputs: classes };
  return new Trainer({
    shape: { cell, steps: side, scored: 1 },
    weights: initialWeights({ ...sizes, cell, seed, forgetBias: 1 }),
    rows,
    loss: { kind: 'cross-entropy', classes },
    size: 16,
    dropout: 0,
    seed,
    batch,
    adam: ADAM,
    schedule: { kind: 'cosine', warmup: 100, updates: epochs * Math.ceil(images / batch), floor: 0.01 },
    clip: 1,
    threads,
  });
}
