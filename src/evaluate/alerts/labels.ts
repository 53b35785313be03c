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

/** Windows by what they are called: a series, or the file that it is from. */
export type Labels = ReadonlyMap<string, readonly LabelledWindow[]>;

const Instant = z.string().transform((text, context) => {
  const time = iso8601(text.trim());
  if (Number.isNaN(time)) context.addIssue(`expected an ISO 8601 date, got ${text}`);
  return time;
});
const Schema = z.record(
  z.string(),
  z.array(
    z.tuple([Instant, Instant]).refine(([from, to]) => from <= to, 'expected an end after the beginning'),
  ),
);

/**
 * Reads labelled windows: JSON `{ "series or file": [["2026-01-31 06:00:00", "2026-01-31 18:00:00"], …] }`, as the Numenta Anomaly Benchmark has them.
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
    const windows = Object.entries(Schema.parse(JSON.parse(text)));
    return new Map(windows.map(([name, all]) => [name, all.map(([from, to]) => ({ from, to }))]));
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

/** The windows of a series: by its own name, else by the path of its file, or by the last part of that. */
export function windowsOf(
  labels: Labels,
  series: string,
  file: string | undefined,
): readonly LabelledWindow[] {
  const own = labels.get(series);
  if (own || file === undefined) return own ?? [];
  const path = file.replace(/^bundled:/, '').replaceAll('\\', '/');
  const found = [...labels].find(
    ([name]) => path === name || path.endsWith(`/${name}`) || basename(name) === path,
  );
  return found?.[1] ?? [];
}
