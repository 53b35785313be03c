import { z } from 'zod';

/** Settings of a model: its cells, and how far its head looks ahead. */
export const ModelSettings = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected 1 to 32 of a-z, 0-9 and -')
      .optional()
      .describe(
        'Short stable name, written as the tag `model`; default: the cell and its hidden size, e.g. lstm16',
      ),
    cell: z.enum(['rnn', 'lstm', 'gru']).default('lstm').describe('Which recurrence carries the memory'),
    activation: z
      .enum(['tanh', 'sigmoid', 'relu'])
      .default('tanh')
      .describe("The plain RNN's σ; the other cells have theirs fixed"),
    hidden: z.int().min(1).max(1024).default(16).describe('Hidden size H of each layer'),
    layers: z.int().min(1).max(8).default(1).describe('Recurrent layers, one above the other'),
    horizon: z.int().min(1).max(512).default(12).describe('Steps ahead that are forecast: 1 to this'),
    seed: z.int().min(0).max(4_294_967_295).default(1).describe('Seed of the initial weights'),
  })
  .prefault({});
export type ModelSettings = z.infer<typeof ModelSettings>;
