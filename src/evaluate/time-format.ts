import { ForetideError } from '../errors.ts';

/** What may stand in a format, longest first, and the digits that it stands for. */
const TOKENS: readonly (readonly [token: string, part: Part, digits: string])[] = [
  ['YYYY', 'year', '\\d{4}'],
  ['MM', 'month', '\\d{2}'],
  ['M', 'month', '\\d{1,2}'],
  ['DD', 'day', '\\d{2}'],
  ['D', 'day', '\\d{1,2}'],
  ['HH', 'hour', '\\d{2}'],
  ['H', 'hour', '\\d{1,2}'],
  ['mm', 'minute', '\\d{2}'],
  ['ss', 'second', '\\d{2}'],
];
type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

/**
 * A function from dates as a file writes them to ISO 8601, in UTC; undefined for a text that is not of the format. Whether such a
 * date exists is left to those who read it. Nothing is guessed: 1/2/2010 is a day in January or in February.
 *
 * @param format `M/D/YYYY H:mm`: YYYY MM M DD D HH H mm ss, anything else stands for itself
 * @throws ForetideError SETTINGS_INVALID where year, month or day is not in the format, or one is twice
 */
export function isoFrom(format: string): (text: string) => string | undefined {
  const parts: Part[] = [];
  let pattern = '';
  for (let at = 0; at < format.length;) {
    const token = TOKENS.find(([letters]) => format.startsWith(letters, at));
    if (token) parts.push(token[1]);
    pattern += token ? `(${token[2]})` : format[at]!.replace(/[^\w\s]/, '\\$&');
    at += token ? token[0].length : 1;
  }
  const isWhole = (['year', 'month', 'day'] as const).every((part) => parts.includes(part));
  if (!isWhole || new Set(parts).size < parts.length) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'The format of the dates is not one',
      expected: 'YYYY, MM or M, DD or D, and perhaps HH or H, mm, ss, each once, e.g. M/D/YYYY H:mm',
      got: format,
      where: '--time-format',
    });
  }
  const form = new RegExp(`^${pattern}$`);
  return (text) => {
    const match = form.exec(text.trim());
    if (!match) return undefined;
    const part = (name: Part, length = 2): string =>
      (match[parts.indexOf(name) + 1] ?? '').padStart(length, '0');
    const at = (name: Part): string => (parts.includes(name) ? part(name) : '00');
    return `${part('year', 4)}-${part('month')}-${part('day')}T${at('hour')}:${at('minute')}:${at('second')}Z`;
  };
}
