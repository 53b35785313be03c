/** How much is to be said for a finding: nothing else fits; it is the likeliest; it might as well be otherwise. */
export type Confidence = 'sure' | 'likely' | 'guess';

/** Something that was found out. */
export interface Told<T> {
  readonly value: T;
  /** What was counted, without a full stop: `3,412 of 3,412 are ISO 8601`. */
  readonly why: string;
  readonly confidence: Confidence;
}

/** Something that the data do not say. */
export interface Open {
  readonly what: string;
  /** The flag that decides it: `--series site,sensor`. */
  readonly flag: string;
}

export const count = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** `98 %`; what is not all is never told as 100, nor what is something as 0. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const share = (100 * part) / whole;
  if (part > 0 && share < 0.1) return 'less than 0.1 %';
  if (part < whole && share > 99.9) return 'more than 99.9 %';
  return `${share < 1 || share > 99 ? share.toFixed(1).replace(/\.0$/, '') : share.toFixed(0)} %`;
}
