import { createHash } from 'node:crypto';
import type { RunSettings } from '../config/run-settings.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { StateMeaning } from '../store/meaning.ts';
import { selectionOf } from './selection.ts';

/** Raised whenever the arithmetic of a stage changes, so that state of before is not gone on with. */
export const ARITHMETIC_REVISION = 9;

/** The settings that say where and how a run goes and change no result; all others are part of the state's fingerprint. */
export const OPERATIONAL: ReadonlySet<string> = new Set([
  'output',
  'deadLetters',
  'store',
  'commit',
  'ticks',
  'snapshots',
  'commands',
  'candidate',
  'page',
  'metrics',
  'routes',
  'digest', // the layout shows it
]);

/**
 * What state depends on beside the records: pipeline, layout of Memory, model, settings, arithmetic. Of the model its weights and its name count,
 * not where they came from; of the input how records are decoded, and what of an archive is read.
 */
export function stateMeaning(
  pipeline: string,
  settings: Readonly<Record<string, unknown>>,
  model: Model,
  memory: Memory,
): StateMeaning {
  const meaning = Object.fromEntries(
    Object.entries(settings)
      .filter(([key, value]) => !OPERATIONAL.has(key) && !(key === 'series' && isOff(value)))
      .map(([key, value]) => [
        key,
        key === 'input'
          ? inputMeaning(value as RunSettings['input'])
          : key === 'model'
            ? { name: model.name } // its own fingerprint stands for the rest, wherever it comes from
            : value,
      ]),
  );
  return {
    pipeline,
    arithmetic: ARITHMETIC_REVISION,
    settings: meaning,
    model: model.fingerprint,
    layout: memory.layout(),
  };
}

/** SHA-256 of a meaning, hexadecimal. State that was written under another fingerprint is never used silently. */
export function stateFingerprint({ pipeline, arithmetic, settings, model, layout }: StateMeaning): string {
  return createHash('sha256')
    .update(JSON.stringify([pipeline, arithmetic, settings, model, layout]))
    .digest('hex');
}

/** Where no series ever leaves, state is what it was before there was such a setting. */
function isOff(series: unknown): boolean {
  return typeof series === 'object' && series !== null && Reflect.get(series, 'evictAfter') === 'off';
}

function inputMeaning(input: RunSettings['input']): object {
  const { decode } = input;
  if (!('registry' in decode)) return { decode, selection: selectionOf(input) };
  // where schemas come from is no matter: what an id means never changes
  const { registry: _, ...same } = decode;
  return { decode: same, selection: selectionOf(input) };
}
