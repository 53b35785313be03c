import { z } from 'zod';

/** What a fingerprint is made of, apart: it lies beside the state, so that state of another fingerprint can be carried over (see `migrationOf`). */
export const StateMeaning = z.object({
  /** Its name. */
  pipeline: z.string(),
  /** ARITHMETIC_REVISION */
  arithmetic: z.int(),
  /** The settings that have a meaning for the state. */
  settings: z.record(z.string(), z.unknown()),
  /** The model's fingerprint. */
  model: z.string(),
  /** Of Memory: see `readLayout`. */
  layout: z.string(),
  /** Where a promotion has put the state in place; it is no part of the fingerprint. */
  promoted: z
    .object({
      /** Fingerprint of the settings that the run was given. */
      base: z.string(),
      /** What lies over them. */
      over: z.record(z.string(), z.unknown()),
    })
    .optional(),
});
export type StateMeaning = z.infer<typeof StateMeaning>;

/** What a promotion has made of the settings that a run was given. */
export type Promoted = NonNullable<StateMeaning['promoted']>;

/** The text of a meaning. */
export function meaningText(meaning: StateMeaning): string {
  return JSON.stringify(meaning);
}

/** The meaning that a text tells; undefined where it tells none. */
export function readMeaning(text: string | undefined): StateMeaning | undefined {
  if (text === undefined) return undefined;
  try {
    return StateMeaning.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
