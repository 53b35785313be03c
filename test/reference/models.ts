import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Cell } from '../../src/cell/cell.ts';
import { saveModel } from '../../src/model/load.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';

/** One model that `generate_model.py` made with PyTorch, and its forecasts. */
export interface ModelCase {
  readonly file: string;
  readonly kind: Cell['name'];
  readonly activation: 'tanh' | 'relu';
  readonly hidden: number;
  readonly layers: number;
  readonly channels: number;
  readonly horizon: number;
  /** [steps][channels + 2] */
  readonly x: number[];
  /** [steps][channels][horizon] */
  readonly yhat: number[];
}

interface Models {
  /** [steps] ms */
  readonly time: number[];
  /** [steps][2] */
  readonly value: number[];
  readonly cases: ModelCase[];
}

export function modelCases(): Models {
  return JSON.parse(readFileSync(new URL('models.json', import.meta.url), 'utf8')) as Models;
}

/** Path of a file that `generate_model.py` or the lines below have written. */
export function modelPath(file: string): string {
  return fileURLToPath(new URL(`models/${file}.safetensors`, import.meta.url));
}

/** The models whose files PyTorch reads: two layers, two channels. */
export function exportedModel(cell: Cell['name']): Model {
  return createModel(ModelSettings.parse({ cell, hidden: 5, layers: 2, horizon: 2, seed: 5 }), 2);
}

export const EXPORTED = ['rnn', 'lstm', 'gru'] as const;

if (import.meta.main) {
  for (const cell of EXPORTED) writeFileSync(modelPath(`foretide-${cell}`), saveModel(exportedModel(cell)));
}
