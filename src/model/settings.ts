import { z } from 'zod';
import { CELL_NAMES } from '../cell/cells.ts';

/** What a model is where neither a setting nor its file says otherwise. */
const DEFAULTS = {
  cell: 'lstm',
  activation: 'tanh',
  inputs: 'plain',
  hidden: 16,
  layers: 1,
  horizon: 12,
  seed: 1,
} as const;

/** How large a model may be. */
export const LIMITS = { hidden: 1024, layers: 8, horizon: 512 } as const;

/** What a model may be called. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

// Settings are optional, not `.default()`, so that with `file` what is left out can follow the file; the defaults of a model without
// one are filled in below, and stand in `meta` for the README's table.
const Given = z.strictObject({
  file: z
    .string()
    .min(1)
    .optional()
    .describe(
      'safetensors file of a trained model, e.g. from PyTorch. The settings below then follow it; one that contradicts it is an error',
    ),
  name: z
    .string()
    .regex(MODEL_NAME, 'expected 1 to 32 of a-z, 0-9 and -')
    .optional()
    .describe(
      'Short stable name, written as the tag `model`; default: the cell and its hidden size, e.g. lstm16',
    ),
  cell: z
    .enum(CELL_NAMES)
    .optional()
    .meta({ description: 'Which recurrence carries the memory', default: DEFAULTS.cell }),
  activation: z.enum(['tanh', 'sigmoid', 'relu']).optional().meta({
    description: "The plain RNN's σ; the other cells have theirs fixed",
    default: DEFAULTS.activation,
  }),
  inputs: z.enum(['plain', 'gaps']).optional().meta({
    description:
      'What the cell sees of a reading. plain: z of each channel and the time of day; gaps: also which channels were observed and how long it is since the reading before',
    default: DEFAULTS.inputs,
  }),
  hidden: z
    .int()
    .min(1)
    .max(LIMITS.hidden)
    .optional()
    .meta({ description: 'Hidden size H of each layer', default: DEFAULTS.hidden }),
  layers: z
    .int()
    .min(1)
    .max(LIMITS.layers)
    .optional()
    .meta({ description: 'Recurrent layers, one above the other', default: DEFAULTS.layers }),
  horizon: z
    .int()
    .min(1)
    .max(LIMITS.horizon)
    .optional()
    .meta({ description: 'Steps ahead that are forecast: 1 to this', default: DEFAULTS.horizon }),
  seed: z.int().min(0).max(4_294_967_295).optional().meta({
    description: 'Seed of the initial weights; without effect beside `file`',
    default: DEFAULTS.seed,
  }),
});
type Given = z.infer<typeof Given>;
type Known<T> = { readonly [K in keyof T]-?: NonNullable<T[K]> };

/** Settings of a model that begins with seeded weights: all known. */
export interface SeededModelSettings extends Known<Omit<Given, 'file' | 'name'>> {
  readonly file?: undefined;
  readonly name?: string | undefined;
  /** Nothing but perhaps a name was asked for: the model that comes with the package will do, where it fits the readings. */
  readonly usual: boolean;
}

/** Settings of a model that comes from a file: what is left out follows it. */
export interface FileModelSettings extends Given {
  readonly file: string;
}

/** Settings of a model: where it comes from, its cells, and how far its head looks ahead. */
export const ModelSettings = Given.transform((given): SeededModelSettings | FileModelSettings => {
  const { file, name, ...asked } = given;
  if (file !== undefined) return { ...given, file };
  return {
    usual: Object.values(asked).every((value) => value === undefined),
    ...(name !== undefined && { name }),
    cell: given.cell ?? DEFAULTS.cell,
    activation: given.activation ?? DEFAULTS.activation,
    inputs: given.inputs ?? DEFAULTS.inputs,
    hidden: given.hidden ?? DEFAULTS.hidden,
    layers: given.layers ?? DEFAULTS.layers,
    horizon: given.horizon ?? DEFAULTS.horizon,
    seed: given.seed ?? DEFAULTS.seed,
  };
})
  .prefault({})
  .describe(
    'The model. Where nothing is set, the one that comes with the package (LSTM, hidden 8; for readings of one channel); else made from a seed, or read from a file',
  );
export type ModelSettings = z.infer<typeof ModelSettings>;
