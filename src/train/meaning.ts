import { ARITHMETIC_REVISION } from '../run/fingerprint.ts';
import type { Model } from '../model/model.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { TrainSettings } from './settings.ts';

/** What changes no byte of the result. */
const OPERATIONAL: ReadonlySet<string> = new Set(['threads', 'maxReadings']);

/** The settings that the bytes of a training depend on, beside its data, by path. */
export function meaningOf(
  { model: given, align, scale, train }: TrainSettings,
  model: Model,
): Checkpoint['settings'] {
  const { cell, inputKind, hidden, horizon, channels, layers, fingerprint } = model;
  const sizes = {
    cell: cell.name,
    activation: cell.activation ?? 'tanh',
    inputs: inputKind,
    hidden,
    layers: layers.length,
    horizon,
  };
  const sections = {
    model: {
      ...sizes,
      channels,
      seed: given.seed ?? 1,
      from: given.file === undefined ? 'seed' : fingerprint,
    },
    align,
    scale,
    train: Object.fromEntries(Object.entries(train).filter(([key]) => !OPERATIONAL.has(key))),
  };
  const flat: [string, number | string | readonly number[]][] = Object.entries(sections).flatMap(
    ([section, values]) =>
      Object.entries(values).map(([key, value]) => [`${section}.${key}`, value] as const),
  );
  return { arithmetic: ARITHMETIC_REVISION, ...Object.fromEntries(flat) };
}
