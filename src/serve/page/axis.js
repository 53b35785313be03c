// @ts-check

const MINUTE = 60_000;
const DAY = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Labels of a time axis in UTC: the time of day, and below it the date at the first label and wherever the date changes; of
 * ticks a day or more apart the date, and the year below it where it changes.
 *
 * @param {readonly number[]} ticks - Milliseconds.
 * @param {number} distance - Between two ticks, milliseconds.
 * @returns {string[]}
 */
export function timeLabels(ticks, distance) {
  let above = '';
  return ticks.map((ms) => {
    const date = new Date(ms);
    const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
    const clock = date.toISOString().slice(11, distance < MINUTE ? 19 : 16);
    const [fine, coarse] = distance < DAY ? [clock, day] : [day, String(date.getUTCFullYear())];
    const label = coarse === above ? fine : `${fine}\n${coarse}`;
    above = coarse;
    return label;
  });
}

/**
 * Labels of a value axis, all with as many decimals as the distance between two ticks needs.
 *
 * @param {readonly number[]} ticks
 * @param {number} distance
 * @returns {string[]}
 */
export function valueLabels(ticks, distance) {
  const decimals = Math.min(12, Math.max(0, -Math.floor(Math.log10(distance) + 1e-9)));
  const large = ticks.some((tick) => Math.abs(tick) >= 1e7) || distance < 1e-6;
  const format = new Intl.NumberFormat(
    'en-US',
    large
      ? { notation: 'scientific', maximumSignificantDigits: 4 }
      : { minimumFractionDigits: decimals, maximumFractionDigits: decimals },
  );
  return ticks.map((tick) => format.format(tick).replace('-', '−'));
}
