import type { Alertable } from './alert.ts';
import { ALERT_NUMBERS, type AlertNumbers } from './turn.ts';

/** Where there is nothing to tell. */
export const NO_NUMBERS = Object.fromEntries(
  ALERT_NUMBERS.map((name) => [name, NaN]),
) as unknown as AlertNumbers;

/** What is told of a series that has fallen silent. */
export function toldOfSilence(score: number) {
  return { ...NO_NUMBERS, reason: 'silence', channel: '', score, offset: NaN } as const;
}

/**
 * What is told of a reading: what came of its oddest channel, what was expected, and what speaks for its being odd.
 *
 * @param i row of the frame
 * @param target place of the channel among those that are forecast
 */
export function toldOfReading(frame: Alertable, i: number, target: number) {
  const { channels, channelNames, targets, value, novelties = [] } = frame;
  const channel = targets[target]!;
  const at = i * targets.length + target;
  const nearest = novelties.find((one) => one.row === i && one.channel === channel)?.views[0]?.nearest;
  const number = (
    column: 'expected' | 'outerLo' | 'outerHi' | 'surprise' | 'jump' | 'flatline' | 'novelty',
  ): number => frame[column]?.[at] ?? NaN;
  return {
    channel: channelNames[channel]!,
    value: value[i * channels + channel]!,
    expected: number('expected'),
    lo: number('outerLo'),
    hi: number('outerHi'),
    surprise: number('surprise'),
    jump: number('jump'),
    flatline: number('flatline'),
    novelty: number('novelty'),
    nearest: nearest?.value ?? NaN,
    nearestTime: nearest?.time ?? NaN,
  };
}
