/** A place on an axis and what is written beside it. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Round numbers from `low` to `high`, about `count` of them: multiples of 1, 2 or 5 times a power of ten. */
export function numberTicks(low: number, high: number, count: number): readonly Tick[] {
  const step = roundStep((high - low) / count);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const at = (first + i) * step;
    return {
      at,
      label: at.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    };
  });
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
}

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200].map((s) => s * SECOND);
const DAYS = [1, 2, 7, 14, 30, 61, 91, 182, 365, 730, 1826, 3652];

/** Whole units of time from `from` to `to` (ms, UTC), at most `count` of them. */
export function timeTicks(from: number, to: number, count: number): readonly Tick[] {
  const span = to - from;
  const step =
    [...STEPS, ...DAYS.map((days) => days * DAY)].find((each) => span / each <= count) ?? span / count;
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const at = (first + i) * step;
    return { at, label: timeLabel(at, step) };
  });
}

/** As much of a time as matters at this distance: `14:30:05`, `14:30`, `3 Mar`, `Mar 2026`. */
function timeLabel(time: number, step: number): string {
  const date = new Date(time);
  const iso = date.toISOString();
  const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
  if (step >= 300 * DAY) return iso.slice(0, 4);
  if (step >= 28 * DAY) return `${month} ${iso.slice(0, 4)}`;
  if (step >= DAY || time % DAY === 0) return `${date.getUTCDate()} ${month}`;
  return iso.slice(11, step >= 60 * SECOND ? 16 : 19);
}
