import type { EpochResult } from '../train/checkpoint.ts';
import type { Progress } from '../train/training.ts';
import { progressBar } from './progress.ts';
import { timeLeft } from './time-left.ts';

/** What is shown while it goes on. */
export interface TrainingDisplay {
  readonly readings: (readings: number) => void;
  readonly progress: (progress: Progress) => void;
  /** Makes room for a line. */
  readonly pause: () => void;
  /** @param isDone whether it came to its end, perhaps before the last epoch that it might have had */
  readonly end: (isDone?: boolean) => void;
}

/** A bar in a terminal. */
export function trainingBar(): TrainingDisplay {
  const single = progressBar();
  let active = false;
  const show = (share: number, text: string): void => {
    if (!active) single.start(1000, 0, { text: '' });
    active = true;
    single.update(Math.floor(share * 1000), { text });
  };
  const pause = (): void => {
    if (active) single.stop();
    active = false;
  };
  return {
    readings: (readings) => show(0, `${readings.toLocaleString('en-US')} readings`),
    progress: (progress) => show(progress.share, textOf(progress)),
    pause,
    end: (isDone = false) => {
      if (active && isDone) single.update(1000);
      pause();
    },
  };
}

/** A line after each epoch, where there is no terminal. */
export function trainingLines(): TrainingDisplay {
  let told: number | undefined;
  const print = (text: string): boolean => process.stderr.write(`${text}\n`);
  return {
    readings: () => undefined,
    progress: (progress) => {
      const { length } = progress.past;
      if (length > (told ?? length)) print(textOf(progress));
      told = length;
    },
    pause: () => undefined,
    end: () => undefined,
  };
}

/** Of a bar: the epoch under way. Of a line: the one that is over. */
function textOf({ epoch, epochs, loss, past, best, secondsLeft }: Progress): string {
  const last = past.at(-1);
  const shown = loss ?? last?.loss;
  const which = loss === null && last ? past.length : epoch;
  const parts = [
    `epoch ${which}/${epochs}`,
    ...(typeof shown !== 'number' ? [] : [`loss ${shown.toFixed(4)}`]),
    ...(typeof last?.validation === 'number' ? [`validation ${last.validation.toFixed(4)}`] : []),
    ...(best > 0 ? [`best ${bestOf(past[best - 1]!)} of epoch ${best}`] : []),
    ...(secondsLeft === null ? [] : [`${timeLeft(secondsLeft)} left`]),
  ];
  return parts.join(', ');
}

/** What an epoch is judged by. */
function bestOf({ loss, validation }: EpochResult): string {
  return (validation ?? loss)?.toFixed(4) ?? '–';
}
