/** Four significant digits; very small and very large ones as powers of ten; a dash for what is not known. */
export function figure(value: number | null): string {
  if (value === null) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return value.toFixed(Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(size || 1)))));
}

/** `89.8 %` of a share. */
export function share(value: number | null): string {
  return value === null ? '–' : `${(value * 100).toFixed(1)} %`;
}

/** The same in a sentence: `90 %`. */
export function percent(value: number): string {
  return share(value).replace(/\.0 %$/, ' %');
}

/** `23.0 % better`: what a ratio of errors means. */
export function better(ratio: number | null): string {
  if (ratio === null) return '–';
  return `${(Math.abs(1 - ratio) * 100).toFixed(1)} % ${ratio <= 1 ? 'better' : 'worse'}`;
}

/** `2 drift-up, 1 coverage-low`: what happened to some series. */
export function eventsTold(series: readonly { readonly events: Readonly<Record<string, number>> }[]): string {
  const counts = new Map<string, number>();
  for (const { events } of series)
    for (const [kind, n] of Object.entries(events)) counts.set(kind, (counts.get(kind) ?? 0) + n);
  if (counts.size === 0) return 'none';
  return Array.from(counts, ([kind, n]) => `${n.toLocaleString('en-US')} ${kind}`).join(', ');
}

/** `rows 3600..14399`, or `all rows`. */
export function rowsTold({ rows }: { readonly rows: string }): string {
  return rows === '0..' ? 'all rows' : `rows ${rows}`;
}
