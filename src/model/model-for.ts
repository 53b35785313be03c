import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inputWidth } from '../cell/inputs.ts';
import { ForetideError } from '../errors.ts';
import { loadModel } from './load.ts';
import { createModel, type Model } from './model.ts';
import type { ModelSettings } from './settings.ts';

/** The model that comes with the package, for readings of one channel; pipelines/models/SOURCES.md says what it was trained on. */
const USUAL = fileURLToPath(new URL('../../pipelines/models/lstm8.safetensors', import.meta.url));

/**
 * The model that the settings ask for: read from `file`, made from the seed, or the one that comes with the package.
 *
 * @param channelNames of the readings
 * @throws ForetideError FILE_UNREADABLE, MODEL_INVALID; SETTINGS_INVALID where settings or channels contradict the file
 */
export async function modelFor(settings: ModelSettings, channelNames: readonly string[]): Promise<Model> {
  return { ...(await modelOfWidth(settings, channelNames.length)), channelNames };
}

async function modelOfWidth(settings: ModelSettings, channels: number): Promise<Model> {
  if (settings.file === undefined) {
    const { usual, name } = settings;
    if (usual && channels === 1) {
      const model = loadModel(await bytesOf(USUAL), { name, channels }, USUAL);
      return { ...model, origin: 'package' };
    }
    return createModel(settings, channels);
  }
  const model = loadModel(await bytesOf(settings.file), { ...settings, channels }, settings.file);
  if (model.channels === channels) return model;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'The model is not for such readings',
    expected: `${inputWidth('plain', channels)} inputs (plain) or ${inputWidth('gaps', channels)} (gaps) for ${countOf(channels)}`,
    got: `${model.inputs} (${model.inputKind}), for ${countOf(model.channels)}`,
    where: settings.file,
    todo: 'Set input.decode.values and input.decode.channels to what it was trained on, or take another file.',
  });
}

const countOf = (channels: number): string => `${channels} ${channels === 1 ? 'channel' : 'channels'}`;

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
