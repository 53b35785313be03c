import { z } from 'zod';
import { PaceSettings } from './source/file-settings.ts';

/** The speeds that keys and the page offer. */
const LADDER = [0.5, 1, 10, 60, 600, 3600, 36_000, 360_000, Infinity];

/** `60x` or `max` in, ms of event time in a ms out. */
export const Speed = PaceSettings.transform((pace, context): number => {
  if (pace.kind === 'max') return Infinity;
  if (pace.kind === 'times') return pace.factor;
  context.addIssue({ code: 'custom', message: 'expected max, or a factor such as 60x' });
  return z.NEVER;
});

/** A speed as `Speed` reads it, to three digits. */
export function speedText(speed: number): string {
  return speed === Infinity ? 'max' : `${Number(speed.toPrecision(3))}x`;
}

/** The next greater one that is offered. */
export function faster(speed: number): number {
  return LADDER.find((one) => one > speed) ?? Infinity;
}

/** The next smaller one. */
export function slower(speed: number): number {
  return LADDER.findLast((one) => one < speed) ?? speed;
}
