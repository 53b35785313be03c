import { readFile, rm } from 'node:fs/promises';
import { ForetideError } from '../errors.ts';
import { type Log, silentLog } from '../log.ts';
import { saveModel } from '../model/load.ts';
import { prepare } from '../run/prepare.ts';
import { filesRead } from '../source/files-read.ts';
import type { Source } from '../source/source.ts';
import { checkContinues, type EpochResult, packCheckpoint, unpackCheckpoint } from './checkpoint.ts';
import { Collector } from './collector.ts';
import type { HorizonError } from './errors-by-horizon.ts';
import type { History } from './history.ts';
import type { TrainSettings } from './settings.ts';
import { type Progress, Training } from './training.ts';
import { type SetAside, trainingSet } from './training-set.ts';
import { writable, writeWhole } from '../whole-file.ts';

export interface TrainOptions {
  readonly settings: TrainSettings;
  /** Where the model goes. */
  readonly out: string;
  /** Where a training that is not over goes, after each epoch and when it is stopped. */
  readonly checkpoint: string;
  /** Goes on from the checkpoint. */
  readonly resume?: boolean;
  /** Stops it after the update that is under way. */
  readonly stop: AbortSignal;
  readonly log?: Log;
  /** Called now and then while readings come, with their number. */
  readonly onReadings?: (readings: number) => void;
  /** Called once before the first update. */
  readonly onBegin?: (about: TrainingFacts) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/** What is trained, on what. */
export interface TrainingFacts extends SetAside {
  readonly model: string;
  /** Readings, series that have windows, series that are too short for one. */
  readonly readings: number;
  readonly series: number;
  readonly tooShort: number;
  /** Windows that are learned from, and those that are validated with. */
  readonly windows: number;
  readonly validationWindows: number;
  /** Epochs that the checkpoint had. */
  readonly resumedFrom: number;
}

/** What came of a training. */
export interface Trained extends TrainingFacts {
  readonly out: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Of the model: SHA-256 of tensors and configuration. */
  readonly fingerprint: string;
  readonly epochs: readonly EpochResult[];
  /** The epoch whose model it is, from 1 on. */
  readonly best: number;
  /** Errors in the validation; empty without one. */
  readonly horizons: readonly HorizonError[];
}

/** A training that was stopped: how far it had come, and the checkpoint, where there is something to go on from. */
export interface Stopped {
  readonly epochs: number;
  readonly checkpoint: string | null;
}

/**
 * Trains a model offline: readings through the live stages into memory, epochs over their windows, and the model of the best epoch into a
 * safetensors file. The same readings, settings and seed give the same bytes, whatever the number of threads and however often it was
 * stopped and gone on with.
 *
 * @throws ForetideError TRAINING_DATA, TRAINING_FAILED; SETTINGS_INVALID, FILE_UNREADABLE, FILE_UNWRITABLE; STATE_CORRUPT, STATE_MISMATCH of
 * a checkpoint; whatever the source throws
 */
export async function train(options: TrainOptions): Promise<Trained | Stopped> {
  const { settings, out, checkpoint, resume = false, stop, log = silentLog } = options;
  const read = filesRead(settings.input);
  await writable(out, [...read, checkpoint]);
  await writable(checkpoint, read);
  const earlier = resume ? unpackCheckpoint(await checkpointBytes(checkpoint), checkpoint) : undefined;
  const { decoder, model, source } = await prepare(
    { ...settings, input: atOnce(settings.input), output: { kind: 'none' }, deadLetters: { kind: 'store' } },
    log,
  );
  if (source.progress?.() === undefined) throw neverBegins(source);
  const collector = new Collector(decoder, settings, model.inputKind);
  const all = await collected(source, collector, options);
  if (all === undefined) {
    return { epochs: earlier?.position.epochs.length ?? 0, checkpoint: earlier ? checkpoint : null };
  }
  const { histories, setAside, firstSetAside } = all;
  if (histories.length === 0) throw nothingUsable(firstSetAside);
  const set = trainingSet(histories, decoder.channels.length, model.horizon, settings.train, all);
  const training = new Training(settings, model, set);
  try {
    if (earlier) {
      checkContinues(earlier, training.checkpoint(), checkpoint);
      training.resume(earlier);
    }
    const facts: TrainingFacts = {
      model: settings.model.name ?? model.name,
      readings: set.readings,
      series: set.series,
      tooShort: set.tooShort,
      setAside,
      firstSetAside,
      windows: set.train.length,
      validationWindows: set.validate.length,
      resumedFrom: training.position.epochs.length,
    };
    options.onBegin?.(facts);
    const keep = (): Promise<void> => writeWhole(checkpoint, packCheckpoint(training.checkpoint()));
    const ended = await training.run({
      stop,
      onEpoch: keep,
      onProgress: (progress) => options.onProgress?.(progress),
    });
    if (!ended) {
      await keep();
      return { epochs: training.position.epochs.length, checkpoint };
    }
    const { model: trained, horizons } = training.finish();
    const bytes = saveModel(trained);
    await writeWhole(out, bytes);
    await rm(checkpoint, { force: true });
    const { epochs, best } = training.position;
    const { name, fingerprint } = trained;
    return { ...facts, model: name, out, bytes: bytes.length, fingerprint, epochs, best, horizons };
  } finally {
    await training.close();
  }
}

/** What is learned from, by series, and what could not be used. */
interface Collected extends SetAside {
  readonly histories: History[];
}

/** What the source has; undefined where it was stopped before the end. */
async function collected(
  source: Source,
  collector: Collector,
  { stop, onReadings }: TrainOptions,
): Promise<Collected | undefined> {
  const telling = setInterval(() => onReadings?.(collector.readings), 250);
  try {
    await source.run(collector, stop);
    if (stop.aborted) return undefined;
    const { dead, duplicate, late, early } = collector.account();
    const firstSetAside = collector.firstDead ?? null;
    return { histories: collector.take(), setAside: dead + duplicate + late + early, firstSetAside };
  } finally {
    clearInterval(telling);
    collector.close();
  }
}

/** The input without a pace. */
function atOnce(input: TrainSettings['input']): TrainSettings['input'] {
  return input.kind === 'file' ? { ...input, pace: { kind: 'max' } } : input;
}

function neverBegins({ name }: Source): ForetideError {
  return new ForetideError('SETTINGS_INVALID', {
    what: 'The source has no end, so that a training on it would never begin',
    expected: 'an end of what is read',
    got: 'none',
    where: name,
    todo: 'Set input.to.',
  });
}

async function checkpointBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ForetideError('FILE_UNREADABLE', {
      what: 'There is no checkpoint to go on from',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      todo: 'Train without --resume, or name the file by --checkpoint.',
      cause,
    });
  }
}

function nothingUsable(firstSetAside: string | null): ForetideError {
  return new ForetideError('TRAINING_DATA', {
    what: 'No reading can be used',
    expected: 'records that the settings of input.decode describe',
    got: firstSetAside ?? 'no records',
    todo: 'Say where series, time and values stand: --series (or --series-name), --time, --values; --format.',
  });
}
