import { readFile, stat } from 'node:fs/promises';
import { ForetideError } from '../errors.ts';
import { loadModel } from './load.ts';
import { createModel, type Model } from './model.ts';
import type { ModelSettings } from './settings.ts';

/**
 * The model that the settings ask for: read from `file`, or made from the seed.
 *
 * @param channels of the readings
 * @throws ForetideError FILE_UNREADABLE, MODEL_INVALID; SETTINGS_INVALID where settings or channels contradict the file
 */
export async function modelFor(settings: ModelSettings, channels: number): Promise<Model> {
  if (settings.file === undefined) return createModel(settings, channels);
  const model = loadModel(await bytesOf(settings.file), settings, settings.file);
  if (model.channels === channels) return model;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'The model is not for such readings',
    expected: `${model.channels} ${model.channels === 1 ? 'channel' : 'channels'} (its inputs less two for the time of day)`,
    got: String(channels),
    where: settings.file,
    todo: 'Set input.decode.values and input.decode.channels to what it was trained on, or take another file.',
  });
}

async function bytesOf(path: string): Promise<Uint8Array> {
  let cause: unknown = new Error('it is no file');
  try {
    // a pipe or a device may never end
    if ((await stat(path)).isFile()) return await readFile(path);
  } catch (error) {
    cause = error;
  }
  throw new ForetideError('FILE_UNREADABLE', {
    what: 'Cannot read the model',
    got: cause instanceof Error ? cause.message : String(cause),
    where: path,
    todo: 'Check model.file.',
    cause,
  });
}
