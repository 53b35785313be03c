import { basename } from 'node:path';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { iso8601 } from '../../decode/iso8601.ts';
import { ForetideError } from '../../errors.ts';

/** A stretch of time in which something was wrong, ms, both ends included. */
export interface LabelledWindow {
  readonly from: number;
  readonly to: number;
}

/** A labelled failure: the window around it, and the failure itself. */
export interface LabelledFailure extends LabelledWindow {
  /** ms */
  readonly at: number;
}

/** Failures by what they are called: a series, or the file that it is from. */
export type Labels = ReadonlyMap<string, readonly LabelledFailure[]>;

const DAY = 86_400_000;

const Failure = z
  .union([z.string(), z.array(z.string()).min(2).max(3)])
  .transform((given, context): LabelledFailure => {
    const times = [given].flat().map((text) => iso8601(text.trim()));
    const wrong = times.findIndex(Number.isNaN);
    if (wrong >= 0) context.addIssue(`expected an ISO 8601 date, got ${[given].flat()[wrong]}`);
    if (times.some((time, i) => time < times[i - 1]!))
      context.addIssue('expected an end after the beginning');
    const [from, to] = [times[0]!, times.at(-1)!];
    if (times.length === 1) return { from: from - DAY, at: from, to: from + DAY };
    return { from, at: times.length === 3 ? times[1]! : (from + to) / 2, to };
  });
const Schema = z.record(z.string(), z.array(Failure));

/**
 * Reads labelled failures: JSON `{ "series or file": [["2026-01-31 06:00:00", "2026-01-31 18:00:00"], …] }`, as the Numenta Anomaly Benchmark has them.
 *
 * 1. `[from, to]` is a window, and the failure lies in its middle; `[from, failure, to]` says where.
 * 2. An instant alone is a failure; the window around it is the day before and the day after.
 *
 * @throws ForetideError FILE_UNREADABLE, FILE_FORMAT
 */
export function readLabels(path: string): Labels {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ForetideError('FILE_UNREADABLE', { what: 'Cannot read the labels', where: path, cause });
  }
  try {
    return new Map(Object.entries(Schema.parse(JSON.parse(text))));
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : [];
    throw new ForetideError('FILE_FORMAT', {
      what: 'The labels cannot be used',
      expected: '{ "series or file": [["2026-01-31 06:00:00", "2026-01-31 18:00:00"], …] }',
      got: issue ? `${issue.path.join('.')}: ${issue.message}` : String(cause),
      where: path,
      cause,
    });
  }
}

/** The failures of a series: by its own name, else by the path of its file, or by the last part of that. */
export function failuresOf(
  labels: Labels,
  series: string,
  file: string | undefined,
): readonly LabelledFailure[] {
  const own = labels.get(series);
  if (own || file === undefined) return own ?? [];
  const path = file.replace(/^bundled:/, '').replaceAll('\\', '/');
  const found = [...labels].find(
    ([name]) => path === name || path.endsWith(`/${name}`) || basename(name) === path,
  );
  return found?.[1] ?? [];
}
