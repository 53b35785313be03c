import { shown } from '../decode/shown.ts';
import { ForetideError } from '../errors.ts';
import { modelFault } from './fault.ts';
import { type Model, modelOf, type ModelParts } from './model.ts';
import { fromPyTorch, toPyTorch } from './pytorch.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { type FileModelSettings, MODEL_NAME } from './settings.ts';

const PREFIX = 'foretide.';
/** Raised when a file of before could be misunderstood. */
const VERSION = '1';
const ACTIVATIONS = ['tanh', 'sigmoid', 'relu'] as const;
/** The settings that a file may contradict. */
const COMPARED = ['cell', 'activation', 'inputs', 'hidden', 'layers', 'horizon'] as const;
/** What `factsOf` gives; the fingerprint last, so that what is wrong is named more nearly where it can be. */
const KEYS: readonly (keyof Facts)[] = [
  'version',
  'name',
  'cell',
  'activation',
  'hidden',
  'layers',
  'horizon',
  'channels',
  'inputs',
  'fingerprint',
];

/** What the user says of a model that is in a file. */
export interface ExpectedModel extends Omit<FileModelSettings, 'file' | 'seed'> {
  /** Channels of the readings that it is for. */
  readonly channels?: number | undefined;
}

/**
 * A model from a safetensors file: one that `saveModel` wrote, or the plain `state_dict` of a PyTorch module (see `fromPyTorch`).
 *
 * 1. Of a plain `state_dict` the shapes tell cell, sizes, channels and horizon; the plain RNN's σ is `activation`, by default tanh. Where
 *    they leave two ways to read the inputs, `channels` decides, else `inputs`, by default plain.
 * 2. What `saveModel` wrote has to agree with the tensors, down to the fingerprint.
 *
 * @param settings what must be so; what is left out follows the file
 * @param where the file's name, for errors
 * @throws ForetideError MODEL_INVALID for a file that is broken or no such model; SETTINGS_INVALID where settings contradict it
 *
 * @example
 * const model = loadModel(await readFile('lstm.safetensors'), { cell: 'lstm' });
 */
export function loadModel(bytes: Uint8Array, settings: ExpectedModel = {}, where = 'model'): Model {
  const { tensors, metadata } = readSafetensors(bytes, where);
  const own = ownMetadata(metadata, where);
  const parts = fromPyTorch(tensors, where, own ? { channels: Number(own.channels) } : settings);
  const model = own
    ? modelAsWritten(parts, own, settings.name, where)
    : modelOf({ ...parts, activation: settings.activation }, settings.name);
  const actual = { ...factsOf(model), inputs: model.inputKind };
  const contradicted = COMPARED.filter((key) => {
    const isFixed = key === 'activation' && model.cell.activation === undefined;
    return settings[key] !== undefined && !isFixed && String(settings[key]) !== actual[key];
  });
  if (contradicted.length === 0) return model;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'The settings contradict the model file',
    expected: contradicted.map((key) => `model.${key} ${actual[key]}`).join(', '),
    got: contradicted.map((key) => String(settings[key])).join(', '),
    where,
    todo: `Leave out ${contradicted.map((key) => `model.${key}`).join(', ')}, or take another file.`,
  });
}

/**
 * A model as a safetensors file: its tensors under PyTorch's names (see `toPyTorch`), what they mean under keys `foretide.…` of
 * the metadata. The same model gives the same bytes, and `loadModel` gives back the same fingerprint.
 */
export function saveModel(model: Model): Uint8Array {
  const metadata = Object.entries(factsOf(model)).map(([key, text]) => [PREFIX + key, text] as const);
  return writeSafetensors({ tensors: toPyTorch(model), metadata: new Map(metadata) }, `model ${model.name}`);
}

/** What a file says of its model, beside the tensors. */
function factsOf(model: Model) {
  const { name, cell, hidden, layers, horizon, channels, inputs, fingerprint } = model;
  return {
    version: VERSION,
    name,
    cell: cell.name,
    activation: cell.activation ?? 'tanh',
    hidden: String(hidden),
    layers: String(layers.length),
    horizon: String(horizon),
    channels: String(channels),
    inputs: String(inputs),
    fingerprint,
  };
}

type Facts = ReturnType<typeof factsOf>;

/** The metadata under `foretide.`, without the prefix; undefined where there are none. */
function ownMetadata(metadata: ReadonlyMap<string, string>, where: string): Facts | undefined {
  const own = new Map<string, string>();
  for (const [key, text] of metadata) if (key.startsWith(PREFIX)) own.set(key.slice(PREFIX.length), text);
  if (own.size === 0) return undefined;
  const fault = (expected: string, got: string, todo: string): Error =>
    modelFault({ what: 'The metadata of the model do not fit', expected, got, where, todo });
  const version = own.get('version');
  if (version !== undefined && version !== VERSION) {
    throw fault(`${PREFIX}version ${VERSION}`, shown(version), 'A newer Foretide wrote the file: update.');
  }
  const missing = KEYS.filter((key) => !own.has(key));
  const unknown = [...own.keys()].filter((key) => !(KEYS as readonly string[]).includes(key));
  if (missing.length + unknown.length > 0) {
    throw fault(
      KEYS.map((key) => PREFIX + key).join(', '),
      [
        ...missing.map((key) => `no ${PREFIX}${key}`),
        ...unknown.slice(0, 3).map((key) => shown(PREFIX + key)),
      ].join(', '),
      `Save it with saveModel; a plain state_dict has no metadata that begin with ${PREFIX}`,
    );
  }
  return Object.fromEntries(own) as Facts;
}

/** The model that the metadata and the tensors agree on. */
function modelAsWritten(parts: ModelParts, own: Facts, name: string | undefined, where: string): Model {
  const activation = ACTIVATIONS.find((known) => known === own.activation);
  const isNamed = MODEL_NAME.test(own.name);
  const model = modelOf({ ...parts, activation }, isNamed ? own.name : undefined);
  const facts = factsOf(model);
  const wrong = KEYS.find((key) => facts[key] !== own[key]);
  if (wrong === undefined) return name === undefined ? model : { ...model, name };
  throw modelFault({
    what: 'The metadata of the model are not those of its tensors',
    expected: `${PREFIX}${wrong} ${wrong === 'name' ? 'of a-z, 0-9 and -' : facts[wrong]}`,
    got: shown(own[wrong]),
    where,
    todo: 'Something has changed the file since it was written: write it again.',
  });
}
