import { z } from 'zod';

/** Data rows `from` to `to`, both included, counted from 0 in each file; `to` is Infinity where the end is open. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

const RANGE = /^(\d*)\.\.(\d*)$/;

/** `A..B`, `A..` or `..B`, as people write it. Whether the beginning was named is kept: `undefined` where it was not. */
export const RowRangeText = z
  .string()
  .transform((text, context): { readonly from: number | undefined; readonly to: number } => {
    const match = RANGE.exec(text);
    const from = match?.[1] ? Number(match[1]) : undefined;
    const to = match?.[2] ? Number(match[2]) : Infinity;
    if (match && text !== '..' && (from ?? 0) <= to) return { from, to };
    context.addIssue({
      code: 'custom',
      message: 'expected rows as A..B, A.. or ..B, both included and counted from 0',
      input: text,
    });
    return z.NEVER;
  });

export function inRange({ from, to }: RowRange, row: number): boolean {
  return row >= from && row <= to;
}

/** `3600..14399`; an open end stays open. */
export function rangeText({ from, to }: RowRange): string {
  return `${from}..${to === Infinity ? '' : to}`;
}
