const ZERO = 0x30;
const DASH = 0x2d;
const COLON = 0x3a;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Milliseconds since 1970-01-01T00:00Z of an ISO 8601 date, or NaN where the text is none.
 *
 * 1. The form is `YYYY-MM-DD`, or `YYYY-MM-DD[T ]HH:MM[:SS[.f…]](Z|±HH:MM)?`; nothing else is taken, and no date that does not
 *    exist (30 February, 24:00, a leap second).
 * 2. Without a zone it is UTC, whatever the machine's own zone is.
 * 3. Digits below a microsecond are dropped.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3339
 */
export function iso8601(text: string): number {
  const { length } = text;
  const day = civilDay(text);
  if (length === 10) return day * 86_400_000;

  const separator = text[10];
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  if ((separator !== 'T' && separator !== ' ') || text.charCodeAt(13) !== COLON) return NaN;

  let at = 16;
  let second = 0;
  let micros = 0;
  if (text.charCodeAt(at) === COLON) {
    second = digits(text, 17, 19);
    at = 19;
    if (text[at] === '.') {
      const from = at + 1;
      at = endOfDigits(text, from);
      if (at === from) return NaN;
      micros = digits(text.slice(from, at).padEnd(6, '0'), 0, 6);
    }
  }
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN;

  const zone = zoneMinutes(text, at);
  const ms = day * 86_400_000 + hour * 3_600_000 + (minute - zone) * 60_000 + second * 1000;
  return micros % 1000 === 0 ? ms + micros / 1000 : (ms * 1000 + micros) / 1000;
}

/** Days from 1970-01-01 to the `YYYY-MM-DD` that the text begins with, or NaN. */
function civilDay(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return NaN;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && leap ? 29 : (DAYS_IN_MONTH[month - 1] ?? NaN);
  if (!(day >= 1 && day <= last)) return NaN;
  // Years begin in March, so that the leap day is their last: https://howardhinnant.github.io/date_algorithms.html#days_from_civil
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Minutes east of UTC of the zone that stands at `at` and ends the text, or NaN. */
function zoneMinutes(text: string, at: number): number {
  const rest = text.length - at;
  if (rest === 0) return 0;
  const sign = text[at];
  if (sign === 'Z') return rest === 1 ? 0 : NaN;
  const hours = digits(text, at + 1, at + 3);
  const minutes = digits(text, at + 4, at + 6);
  const formed = rest === 6 && (sign === '+' || sign === '-') && text.charCodeAt(at + 3) === COLON;
  if (!formed || !(hours <= 23 && minutes <= 59)) return NaN;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** The number that the digits of text[from, to) are, or NaN. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    number = number * 10 + digit;
  }
  return number;
}

function endOfDigits(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= ZERO + 9) at++;
  return at;
}
