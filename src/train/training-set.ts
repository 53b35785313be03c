import { createHash } from 'node:crypto';
import { ForetideError } from '../errors.ts';
import type { TrainingRows } from '../learn/shard.ts';
import type { History } from './history.ts';
import type { TrainingSettings } from './settings.ts';
import { windowsOf } from './windows.ts';

/** What a model is trained on: the rows of all series one behind the other, and which windows of them are used. */
export interface TrainingSet {
  /** 4 × (I + channels × horizon) bytes a step, in memory that threads share. Windows are not copied out of them. */
  readonly rows: TrainingRows;
  /** [steps × channels] z of the last value of each channel: the forecast that nothing moves. */
  readonly lasts: Float32Array;
  /** I, numbers in X_t. */
  readonly inputWidth: number;
  readonly channels: number;
  readonly horizon: number;
  /** First rows of the windows that are learned from, in order of series and time. */
  readonly train: Int32Array;
  /** And of those that are validated with. */
  readonly validate: Int32Array;
  /** Series that have a window of either kind. */
  readonly series: number;
  /** Series that are too short for any. */
  readonly tooShort: number;
  readonly readings: number;
  /** SHA-256 of all the above but `lasts`, which come of the same readings. */
  readonly fingerprint: string;
}

/** What of the data is not in the set. */
export interface SetAside {
  /** Records and readings that could not be used, and why the first of them. */
  readonly setAside: number;
  readonly firstSetAside: string | null;
}

/** Most numbers of an array that threads share. */
const MOST_NUMBERS = 2 ** 31 - 1;

/**
 * Lays the histories out. All windows count the same, so a series counts by its length: standardised as they are, long series do not drown
 * short ones of the same kind.
 *
 * @param histories in the order that they get; emptied on the way, so that not all is in memory twice
 * @param aside for the message where too little is left
 * @throws ForetideError TRAINING_DATA where there is no window to learn from, or none to validate with
 */
export function trainingSet(
  histories: History[],
  channels: number,
  horizon: number,
  settings: TrainingSettings,
  aside: SetAside = { setAside: 0, firstSetAside: null },
): TrainingSet {
  const readings = histories.reduce((sum, each) => sum + each.readings, 0);
  const steps = histories.reduce((sum, { length }) => sum + length, 0);
  const I = histories[0]?.inputWidth ?? 0;
  const D = channels * horizon;
  const rows = {
    inputs: shared(steps * I, steps),
    targets: shared(steps * D, steps),
    targetWidth: D,
  };
  const lasts = new Float32Array(steps * channels);
  const train: number[] = [];
  const validate: number[] = [];
  let [at, series, longest] = [0, 0, 0];
  const empty = { train: 0, validate: 0 };
  const all = histories.length;
  for (let history = histories.shift(); history; history = histories.shift()) {
    rows.inputs.set(history.inputs, at * I);
    lasts.set(history.lasts, at * channels);
    history.writeTargets(horizon, rows.targets, at * D);
    const from = validationFrom(history, settings.validate);
    const before = train.length + validate.length;
    for (const [s, first] of history.cuts.entries()) {
      const end = history.cuts[s + 1] ?? history.length;
      longest = Math.max(longest, end - first);
      const base = at;
      const whole = history;
      const segment = {
        first: base + first,
        end: base + end,
        index: (row: number) => whole.index(row - base),
      };
      const windows = windowsOf(segment, from, { ...settings, horizon });
      for (const start of windows.train) {
        if (knownTargets(rows, start, settings) > 0) train.push(start);
        else empty.train++;
      }
      for (const start of windows.validate) {
        if (knownTargets(rows, start, settings) > 0) validate.push(start);
        else empty.validate++;
      }
    }
    if (train.length + validate.length > before) series++;
    at += history.length;
  }
  const few = (what: string, withoutTarget: number): ForetideError =>
    withoutTarget > 0
      ? noTarget(what, withoutTarget, readings, aside)
      : tooFew(what, longest, horizon, settings, aside);
  if (train.length === 0) throw few('learn from', empty.train);
  if (validate.length === 0 && settings.validate > 0) throw few('validate with', empty.validate);
  const set = {
    rows,
    lasts,
    inputWidth: I,
    channels,
    horizon,
    train: Int32Array.from(train),
    validate: Int32Array.from(validate),
    series,
    tooShort: all - series,
    readings,
  };
  return { ...set, fingerprint: fingerprintOf(set) };
}

/** Targets that are known in the scored rows of a window. */
export function knownTargets(
  { targets, targetWidth: D }: TrainingRows,
  start: number,
  { steps, scored }: Pick<TrainingSettings, 'steps' | 'scored'>,
): number {
  let known = 0;
  for (let i = (start + steps - scored) * D; i < (start + steps) * D; i++)
    if (!Number.isNaN(targets[i]!)) known++;
  return known;
}

/** Index of the first step of the last `share` of a series' time. */
function validationFrom(history: History, share: number): number {
  if (share === 0) return Infinity;
  const first = history.index(0);
  const last = history.index(history.length - 1);
  return last - share * (last - first);
}

function shared(count: number, steps: number): Float32Array {
  if (count <= MOST_NUMBERS) return new Float32Array(new SharedArrayBuffer(count * 4));
  throw new ForetideError('TRAINING_DATA', {
    what: 'The readings do not fit into one block of memory',
    expected: `at most ${Math.floor(MOST_NUMBERS / (count / steps)).toLocaleString('en-US')} of them with this horizon`,
    got: steps.toLocaleString('en-US'),
    todo: 'Train on a part of the data, or with a shorter horizon.',
  });
}

function noTarget(what: string, windows: number, readings: number, aside: SetAside): ForetideError {
  return new ForetideError('TRAINING_DATA', {
    what: `There is no window to ${what}`,
    expected: 'values that differ, and a next one within the horizon',
    got: `${windows} windows over ${readings} readings, of which none has a target${alsoAside(aside)}`,
    todo: 'Train on series that move; where most steps are without a reading, a longer --every or --horizon has more targets.',
  });
}

function tooFew(
  what: string,
  longest: number,
  horizon: number,
  settings: TrainingSettings,
  aside: SetAside,
): ForetideError {
  const { steps, scored, validate } = settings;
  const most = Math.max((steps + horizon) / (1 - validate), validate > 0 ? scored / validate : 0);
  return new ForetideError('TRAINING_DATA', {
    what: `There is no window to ${what}`,
    expected: `a series of about ${Math.ceil(most) + 2} readings without a long gap (${steps} steps, of which ${scored} are scored, horizon ${horizon}, ${validate} of the time to validate)`,
    got: `${longest === 0 ? 'no readings' : `${longest} at most`}${alsoAside(aside)}`,
    todo: 'Bring more readings, or lower --steps, --scored or --horizon; --validate 0 trains without a validation.',
  });
}

function alsoAside({ setAside, firstSetAside }: SetAside): string {
  return setAside > 0 ? `; ${setAside} set aside, the first: ${firstSetAside}` : '';
}

function fingerprintOf({ rows, train, validate }: Omit<TrainingSet, 'fingerprint'>): string {
  const hash = createHash('sha256').update(JSON.stringify([rows.targetWidth, train.length]));
  for (const { buffer, byteOffset, byteLength } of [rows.inputs, rows.targets, train, validate])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}
