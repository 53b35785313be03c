import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { AlignSettings } from '../align/align.ts';
import { runSettings } from '../config/run-settings.ts';
import { ForecastSettings } from '../forecast/settings.ts';
import { ScaleSettings } from '../scale/scale.ts';

/** The most threads of a training. */
const MOST_THREADS = 256;

const Loss = z.enum(['mse', 'mae', 'pinball']);
const Quantile = z.number().gt(0).lt(1);

const TrainingSettings = z
  .strictObject({
    steps: z
      .int()
      .min(2)
      .max(4096)
      .default(48)
      .describe('Steps of a window; each begins with an empty h and C'),
    scored: z
      .int()
      .min(1)
      .optional()
      .describe('The last steps of a window that are learned from; default: half of them'),
    stride: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Steps from one window to the next; default: as many as are scored, so that each counts once',
      ),
    validate: z
      .number()
      .min(0)
      .max(0.9)
      .default(0.2)
      .describe("The last share of each series' time: never learned from, it says when to stop"),
    loss: Loss.default('mae').describe(
      'What becomes small: mse, mae, or pinball (of quantiles; what is served is the median)',
    ),
    quantiles: z
      .array(Quantile)
      .min(1)
      .max(99)
      .default([0.1, 0.5, 0.9])
      .describe('Of the loss pinball; 0.5 is one of them'),
    epochs: z
      .int()
      .min(1)
      .max(100_000)
      .default(30)
      .describe('The most times that all windows are learned from'),
    patience: z
      .int()
      .min(1)
      .default(8)
      .describe('Epochs without a better validation loss after which the training ends'),
    batch: z.int().min(1).max(65_536).default(64).describe('Windows of an update'),
    rate: z.number().gt(0).max(1).default(0.01).describe('Learning rate of Adam at its highest'),
    decay: z.number().min(0).max(1).default(0).describe('Weight decay (AdamW)'),
    warmup: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('Share of the updates over which the rate rises; then it falls along a cosine'),
    clip: z.number().gt(0).default(1).describe('Norm that the gradients of an update are brought down to'),
    dropout: z
      .number()
      .min(0)
      .max(0.9)
      .default(0)
      .describe('Share of h that is not passed from a layer to the one above'),
    forgetBias: z
      .number()
      .min(-10)
      .max(10)
      .default(1)
      .describe("What the biases of the LSTM's forget gate begin with"),
    threads: z
      .int()
      .min(1)
      .max(MOST_THREADS)
      .optional()
      .describe('Threads; default: all cores. The result does not depend on it'),
    maxReadings: z.int().min(1).default(10_000_000).describe('The most readings that are taken into memory'),
  })
  .superRefine(({ steps, scored, loss, quantiles }, context) => {
    const fault = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (scored !== undefined && scored > steps)
      fault('scored', `expected at most the ${steps} steps of a window, got ${scored}`);
    if (loss !== 'pinball') return;
    if (!quantiles.includes(0.5)) fault('quantiles', 'expected 0.5 among them: the median is what is served');
    if (new Set(quantiles).size < quantiles.length) fault('quantiles', 'expected each once');
  })
  .transform((given) => {
    const scored = given.scored ?? Math.ceil(given.steps / 2);
    return {
      ...given,
      scored,
      stride: given.stride ?? scored,
      threads: given.threads ?? Math.min(MOST_THREADS, availableParallelism()),
    };
  })
  .prefault({})
  .describe('The training');
export type TrainingSettings = z.output<typeof TrainingSettings>;

/**
 * Settings of a training: those of the pipelines, so that one file serves to train and to run, and `train`. Of the others `input`,
 * `align`, `scale` and `model` count; with `model.file` the training goes on from that model's weights.
 */
export const TrainSettings = z.strictObject({
  ...runSettings,
  align: AlignSettings,
  scale: ScaleSettings,
  forecast: ForecastSettings,
  train: TrainingSettings,
});
export type TrainSettings = z.output<typeof TrainSettings>;
