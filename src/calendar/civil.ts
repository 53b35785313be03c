/**
 * Days and years of the Gregorian calendar, carried on before 1582, in whole numbers alone. Days are counted from 1970-01-01. After
 * H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (https://howardhinnant.github.io/date_algorithms.html).
 */

/** A day in ms. */
export const DAY = 86_400_000;
const DAYS_OF_400_YEARS = 146_097;

/** The day on which a year begins. */
export function firstDay(year: number): number {
  const before = year - 1;
  return (
    365 * (year - 1970) + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477
  );
}

/** The year that a day lies in. */
export function yearOf(day: number): number {
  const guess = 1970 + Math.floor((day * 400) / DAYS_OF_400_YEARS);
  return day < firstDay(guess) ? guess - 1 : day < firstDay(guess + 1) ? guess : guess + 1;
}
