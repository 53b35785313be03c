import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/** `500ms`, `1.5s`, `10m`, `1h`, `90d`, `2w` as milliseconds; undefined when it is none of these. */
export function parseDuration(text: string): number | undefined {
  const match = FORM.exec(text);
  return match ? Number(match[1]) * UNITS[match[2]!]! : undefined;
}

const EXPECTED = 'expected a duration such as 500ms, 10s, 5m, 1h or 90d';

/** A duration in settings: text like `10m` in, milliseconds out. */
export const Duration = z.string({ error: EXPECTED }).transform((text, context) => {
  const duration = parseDuration(text);
  if (duration !== undefined && duration > 0) return duration;
  context.addIssue({
    code: 'custom',
    message: EXPECTED,
    input: text,
  });
  return z.NEVER;
});
