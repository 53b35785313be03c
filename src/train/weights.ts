import type { TrainSettings } from './settings.ts';
import { initialWeights } from '../learn/initial-weights.ts';
import type { Linear } from '../learn/linear.ts';
import type { LossSettings } from '../learn/loss.ts';
import type { NetworkWeights } from '../learn/network.ts';
import { type Model, modelOf } from '../model/model.ts';

/** The loss that the settings ask for. */
export function lossSettings({ train: { loss, quantiles } }: TrainSettings): LossSettings {
  return loss === 'pinball' ? { kind: loss, quantiles } : { kind: loss };
}

/**
 * What the training begins with: seeded weights, or those of the model that `model.file` names. With quantiles each of them begins with
 * the head of that one.
 *
 * @param model what the settings gave: its sizes count, and its weights where it came from a file
 */
export function firstWeights(settings: TrainSettings, model: Model): NetworkWeights {
  const { layers, head } = settings.model.file === undefined ? seeded(settings, model) : model;
  const Q = quantileCount(settings);
  const spread = (numbers: Float32Array): Float32Array =>
    Float32Array.from({ length: numbers.length * Q }, (_, i) => numbers[Math.floor(i / Q)]!);
  return { layers, head: { W: spread(head.W), b: spread(head.b) } };
}

/** The model that is served: of quantiles it has the median alone, since bands come from the errors that a series shows while it runs. */
export function trainedModel(settings: TrainSettings, model: Model, { layers, head }: NetworkWeights): Model {
  const { cell, channels, horizon } = model;
  const served = medianOf(settings, head);
  return modelOf(
    { cell: cell.name, activation: cell.activation, channels, horizon, layers, head: served },
    settings.model.name,
  );
}

/** The head's outputs for the median, of those for all quantiles. */
function medianOf(settings: TrainSettings, { W, b }: Linear): Linear {
  const Q = quantileCount(settings);
  const pick = (numbers: Float32Array): Float32Array =>
    Float32Array.from({ length: numbers.length / Q }, (_, i) => numbers[i * Q + medianAt(settings)]!);
  return { W: pick(W), b: pick(b) };
}

/** Outputs of a target. */
export function quantileCount({ train: { loss, quantiles } }: TrainSettings): number {
  return loss === 'pinball' ? quantiles.length : 1;
}

/** Which of them is the median. */
export function medianAt({ train: { loss, quantiles } }: TrainSettings): number {
  return loss === 'pinball' ? quantiles.indexOf(0.5) : 0;
}

function seeded({ model: { seed }, train }: TrainSettings, model: Model): NetworkWeights {
  return initialWeights({
    cell: model.cell.name,
    activation: model.cell.activation,
    inputs: model.inputs,
    hidden: model.hidden,
    layers: model.layers.length,
    outputs: model.channels * model.horizon,
    seed: seed ?? 1,
    forgetBias: train.forgetBias,
  });
}
