/** Parts of a date that tables have beside it, and the most that each can be. */
const TIME_PARTS: readonly (readonly [name: RegExp, least: number, most: number])[] = [
  [/^years?$/i, 1900, 2200],
  [/^months?$/i, 1, 12],
  [/^(day|dayofmonth|mday|dom)$/i, 1, 31],
  [/^(day_?of_?week|weekday|wday|dow)$/i, 0, 7],
  [/^(day_?of_?year|yday|doy)$/i, 0, 366],
  [/^(week|week_?of_?year|iso_?week)$/i, 0, 53],
  [/^(hour|hr|hour_?of_?day)$/i, 0, 24],
  [/^(minute|min|minute_?of_?day|time_?of_?day)$/i, 0, 1440],
  [/^(is_?)?(weekend|holiday)$/i, 0, 1],
];
/** A counter must have counted so often. */
const LEAST_ROWS = 8;

/** Whether numbers count rows: 1, 2, 3, …; also where the count begins anew, or leaves some out, but for one row in a hundred. */
export function isCounter(numbers: readonly number[]): boolean {
  if (numbers.length < LEAST_ROWS) return false;
  let counted = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] === numbers[i - 1]! + 1) counted++;
  return counted >= 0.99 * (numbers.length - 1);
}

/** Whether a column is a part of the date: the hour, the day of the week. */
export function isTimePart(name: string, numbers: readonly number[]): boolean {
  const part = TIME_PARTS.find(([form]) => form.test(name));
  if (!part) return false;
  const [, least, most] = part;
  return numbers.every(
    (number) => Number.isNaN(number) || (Number.isInteger(number) && number >= least && number <= most),
  );
}
