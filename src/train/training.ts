import { setImmediate as nextTurn } from 'node:timers/promises';
import { ForetideError } from '../errors.ts';
import { ADAM } from '../learn/adam.ts';
import { shuffle } from '../learn/shuffle.ts';
import { Trainer } from '../learn/trainer.ts';
import type { Model } from '../model/model.ts';
import { seededRandom } from '../model/random.ts';
import type { Checkpoint, EpochResult, Position } from './checkpoint.ts';
import { errorsByHorizon, type HorizonError } from './errors-by-horizon.ts';
import { meaningOf } from './meaning.ts';
import type { TrainSettings } from './settings.ts';
import { knownTargets, type TrainingSet } from './training-set.ts';
import { firstWeights, lossSettings, medianAt, quantileCount, trainedModel } from './weights.ts';

/** How a training is getting on. */
export interface Progress {
  /** The epoch that is under way, from 1 on, and the most that there may be. */
  readonly epoch: number;
  readonly epochs: number;
  /** Share of all updates that are made, 0 to 1. */
  readonly share: number;
  /** Mean of the loss in this epoch so far; null before its first update. */
  readonly loss: number | null;
  /** Epochs that are over. */
  readonly past: readonly EpochResult[];
  /** The epoch that was best, from 1 on; 0: none yet. */
  readonly best: number;
  /** What it takes at most; null while nobody knows. */
  readonly secondsLeft: number | null;
}

/** What a run of `Training` is given. */
export interface Watch {
  /** Ends the run after the update that is under way. */
  readonly stop: AbortSignal;
  /** Now and then, and after each epoch. */
  readonly onProgress: (progress: Progress) => void;
  /** After each epoch; awaited. */
  readonly onEpoch: () => Promise<void>;
}

/** Windows of a shard: what one thread works on at a time. The bytes depend on it. */
const SHARD = 8;
/** What the rate ends with, as a share of its highest. */
const FLOOR = 0.01;
/** Between two updates others get their turn after so many ms: signals, the bar. */
const BREATH_MS = 50;
/** Batches that are validated with between two breaths. */
const VALIDATED = 8;

/**
 * Trains a model on a set, epoch by epoch, each over all windows in an order of its own that seed and epoch give, until no epoch of the
 * last few was better in the validation. What comes out is the best epoch's model.
 *
 * It can be left after any update and gone on with elsewhere, by `checkpoint` and `resume`: the same bytes come out.
 */
export class Training {
  readonly #settings: TrainSettings;
  readonly #model: Model;
  readonly #set: TrainingSet;
  readonly #trainer: Trainer;
  /** Updates of an epoch. */
  readonly #batches: number;
  readonly #seed: number;
  #position: Position = { epochs: [], batches: 0, sum: 0, terms: 0, best: 0 };
  /** The trainer after the best epoch. */
  #best: Uint8Array = new Uint8Array(0);

  /** @param model its sizes count, and where it came from a file its weights: see `firstWeights` */
  constructor(settings: TrainSettings, model: Model, set: TrainingSet) {
    const { steps, scored, batch, rate, decay, clip, dropout, epochs, warmup, threads } = settings.train;
    this.#settings = settings;
    this.#model = model;
    this.#set = set;
    this.#batches = Math.ceil(set.train.length / batch);
    this.#seed = settings.model.seed ?? 1;
    const updates = epochs * this.#batches;
    this.#trainer = new Trainer({
      shape: { cell: model.cell.name, activation: model.cell.activation, steps, scored },
      weights: firstWeights(settings, model),
      rows: set.rows,
      loss: lossSettings(settings),
      size: SHARD,
      dropout,
      seed: this.#seed,
      batch,
      adam: { ...ADAM, rate, decay },
      schedule: { kind: 'cosine', warmup: Math.floor(warmup * updates), updates, floor: FLOOR },
      clip,
      threads,
    });
  }

  /** How far it has come. */
  get position(): Position {
    return this.#position;
  }

  /** Everything that it takes to go on. */
  checkpoint(): Checkpoint {
    return {
      settings: meaningOf(this.#settings, this.#model),
      data: this.#set.fingerprint,
      position: this.#position,
      state: this.#trainer.save(),
      best: this.#best,
    };
  }

  /**
   * Goes on from a checkpoint; `checkContinues` has found that it is of this training.
   *
   * @throws ForetideError STATE_CORRUPT, STATE_MISMATCH
   */
  resume({ position, state, best }: Checkpoint): void {
    this.#trainer.restore(state);
    this.#position = position;
    this.#best = best;
  }

  /**
   * Trains to the end, or until it is stopped.
   *
   * @returns whether it came to the end
   * @throws ForetideError TRAINING_FAILED where the weights run away, or a thread fails
   */
  async run(watch: Watch): Promise<boolean> {
    const began = performance.now();
    const before = this.#updates;
    let breath = began;
    const breathe = async (force = false): Promise<void> => {
      if (!force && performance.now() - breath < BREATH_MS) return;
      watch.onProgress(this.#progress(before, (performance.now() - began) / 1000));
      await nextTurn();
      breath = performance.now();
    };
    await breathe(true);
    while (!this.#isOver) {
      if (!(await this.#epoch(watch.stop, breathe))) return false;
      await watch.onEpoch();
      await breathe(true);
    }
    if (this.#position.best === 0) throw this.#ranAway();
    return true;
  }

  /** The model of the best epoch, and how well it forecast the validation; nothing of the latter without one. Ends the training. */
  finish(): { readonly model: Model; readonly horizons: readonly HorizonError[] } {
    this.#trainer.restore(this.#best);
    const outputs = { outputs: quantileCount(this.#settings), at: medianAt(this.#settings) };
    return {
      model: trainedModel(this.#settings, this.#model, this.#trainer.weights()),
      horizons: errorsByHorizon(this.#trainer, this.#set, this.#settings.train, outputs),
    };
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#trainer.close();
  }

  get #isOver(): boolean {
    const { epochs, best } = this.#position;
    return (
      epochs.length >= this.#settings.train.epochs || epochs.length - best >= this.#settings.train.patience
    );
  }

  get #updates(): number {
    return this.#position.epochs.length * this.#batches + this.#position.batches;
  }

  /** The rest of an epoch; false where it was stopped on the way. */
  async #epoch(stop: AbortSignal, breathe: () => Promise<void>): Promise<boolean> {
    const { batch } = this.#settings.train;
    const order = this.#order();
    while (this.#position.batches < this.#batches) {
      await breathe();
      if (stop.aborted) return false;
      const { batches, sum, terms } = this.#position;
      const starts = order.subarray(batches * batch, (batches + 1) * batch);
      const known = this.#known(starts);
      const { loss, norm } = this.#trainer.step(starts);
      const counts = Number.isFinite(loss) && Number.isFinite(norm); // else the update has changed nothing
      this.#position = {
        ...this.#position,
        batches: batches + 1,
        sum: counts ? sum + loss * known : sum,
        terms: counts ? terms + known : terms,
      };
    }
    const { sum, terms, epochs, best } = this.#position;
    const validation = await this.#validate(stop, breathe);
    if (validation === undefined) return false;
    const past = [...epochs, { loss: terms > 0 ? sum / terms : null, validation }];
    const isBest =
      this.#set.validate.length === 0 ? terms > 0 : isBetter(validation, past[best - 1]?.validation);
    if (isBest) this.#best = this.#trainer.save();
    this.#position = { epochs: past, batches: 0, sum: 0, terms: 0, best: isBest ? past.length : best };
    return true;
  }

  /** The windows of this epoch, in its order. */
  #order(): Int32Array {
    const epoch = this.#position.epochs.length + 1;
    return shuffle(this.#set.train.slice(), seededRandom(this.#seed + Math.imul(epoch, 0x9e3779b1)));
  }

  /** Mean of the loss's terms; null where there is none, or it is not finite; undefined where it was stopped. */
  async #validate(stop: AbortSignal, breathe: () => Promise<void>): Promise<number | null | undefined> {
    const { validate } = this.#set;
    const part = this.#settings.train.batch * VALIDATED;
    let [sum, terms] = [0, 0];
    for (let from = 0; from < validate.length; from += part) {
      await breathe();
      if (stop.aborted) return undefined;
      const starts = validate.subarray(from, from + part);
      const known = this.#known(starts);
      sum += this.#trainer.evaluate(starts) * known;
      terms += known;
    }
    return terms > 0 && Number.isFinite(sum) ? sum / terms : null;
  }

  #known(starts: Int32Array): number {
    let known = 0;
    for (const start of starts) known += knownTargets(this.#set.rows, start, this.#settings.train);
    return known;
  }

  #progress(before: number, seconds: number): Progress {
    const { epochs, sum, terms, best } = this.#position;
    const most = this.#settings.train.epochs;
    const all = most * this.#batches;
    const made = this.#updates - before;
    return {
      epoch: Math.min(epochs.length + 1, most),
      epochs: most,
      share: this.#updates / all,
      loss: terms > 0 ? sum / terms : null,
      past: epochs,
      best,
      secondsLeft: made > 0 ? (seconds / made) * (all - this.#updates) : null,
    };
  }

  #ranAway(): ForetideError {
    return new ForetideError('TRAINING_FAILED', {
      what: 'The weights ran away: the loss is no number any more',
      got: `${this.#position.epochs.length} epochs, none of them usable`,
      todo: 'Lower --rate or --clip, or take tanh instead of relu.',
    });
  }
}

function isBetter(validation: number | null, than: number | null | undefined): boolean {
  return validation !== null && (than === undefined || than === null || validation < than);
}
