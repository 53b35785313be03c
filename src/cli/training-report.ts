import Table from 'cli-table3';
import type { Trained, TrainingFacts } from '../train/train.ts';

const count = (n: number): string => n.toLocaleString('en-US');
const figure = (x: number | null): string => (x === null ? '–' : x.toFixed(4));

/** What is trained, on what, as a line. */
export function trainingBegins(facts: TrainingFacts): string {
  const { model, readings, series, windows, validationWindows, resumedFrom, setAside, tooShort } = facts;
  const also = [
    ...(tooShort > 0 ? [`${count(tooShort)} series are too short for a window.`] : []),
    ...(setAside > 0 ? [`${count(setAside)} set aside, the first: ${facts.firstSetAside}.`] : []),
    ...(resumedFrom > 0 ? [`Goes on after epoch ${resumedFrom}.`] : []),
  ];
  return [
    `Training ${model} on ${count(readings)} readings: ${count(windows)} windows of ${count(series)} series, and ${count(validationWindows)} to validate with.`,
    ...also,
  ].join(' ');
}

/** The end of a training as tables. */
export function trainingReport(trained: Trained, seconds: number): string {
  const { epochs, best, horizons } = trained;
  const style = { head: [], border: [] };
  const facts = new Table({ style });
  const { loss, validation } = epochs[best - 1]!;
  facts.push(
    ['Series', `${count(trained.series)}, ${count(trained.readings)} readings`],
    ['Windows', `${count(trained.windows)}, and ${count(trained.validationWindows)} to validate with`],
    ['Epochs', `${epochs.length}, the best: ${best}`],
    ['Loss', `${figure(loss)}, validation ${figure(validation)}`],
    ['Time', `${seconds.toFixed(1)} s`],
    ['File', `${trained.out}, ${count(trained.bytes)} bytes`],
    ['Model', `${trained.model}, fingerprint ${trained.fingerprint.slice(0, 12)}`],
  );
  if (horizons.length === 0) return facts.toString();
  const errors = new Table({
    head: ['Steps ahead', 'Error', 'of the last value', 'ratio'],
    style,
    colAligns: ['right', 'right', 'right', 'right'],
  });
  const last = horizons.at(-1)!.h;
  for (const { h, mae, lastValue, ratio } of horizons) {
    if (h !== last && !SHOWN.has(h)) continue;
    errors.push([String(h), figure(mae), figure(lastValue), figure(ratio)]);
  }
  return `${facts.toString()}\n${errors.toString()}\nError: mean absolute error in the validation, in spreads of each series.`;
}

/** Horizons in the table, beside the last. */
const SHOWN = new Set([1, 2, 3, 6, 12, 24, 48, 96, 168, 336]);
