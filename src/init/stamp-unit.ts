import { isJsonObject, jsonParser } from '../decode/json-text.ts';
import { parseLines } from '../decode/line-parser.ts';
import { isRefusal } from '../decode/refusal.ts';
import { textOf } from '../decode/text.ts';
import { ForetideError } from '../errors.ts';
import type { Asked, KnownUnit } from './asked.ts';
import type { Sample } from './sample.ts';
import { unitOf } from './time-unit.ts';
import { count, type Told } from './told.ts';

const parse = jsonParser();

/**
 * The unit of the timestamps of line protocol and of Telegraf's JSON: the one in which most are times of 1990 to 2100.
 *
 * @throws ForetideError FILE_FORMAT where they are of none, and where there are none
 */
export function stampUnit({ format, stretches, origin }: Sample, asked: Asked): Told<KnownUnit> {
  const stamps = stretches
    .flat()
    .flatMap(({ value }) => (value ? stampsOf(value, format === 'telegraf') : []));
  if (asked.timeUnit !== undefined)
    return { value: asked.timeUnit, why: 'as --time-unit says', confidence: 'sure' };
  const units = new Map<KnownUnit, number>();
  for (const stamp of stamps) {
    const unit = unitOf(stamp);
    if (unit) units.set(unit, (units.get(unit) ?? 0) + 1);
  }
  const [most] = [...units].toSorted((a, b) => b[1] - a[1]);
  if (!most) {
    throw new ForetideError('FILE_FORMAT', {
      what: 'The timestamps are no times of the years 1990 to 2100 in any unit',
      got: stamps.length > 0 ? String(stamps[0]) : 'none: every line needs one',
      where: origin,
      todo: stamps.length > 0 ? 'Say by --time-unit what they are.' : 'Write them with timestamps.',
    });
  }
  const [value, n] = most;
  return {
    value,
    why: `${count(n)} of ${count(stamps.length)} timestamps are times of 1990 to 2100 in ${value}`,
    confidence: n === stamps.length ? 'sure' : 'likely',
  };
}

function stampsOf(bytes: Uint8Array, isTelegraf: boolean): readonly number[] {
  if (isTelegraf) {
    const tree = parse(bytes);
    if (!isJsonObject(tree)) return [];
    const metrics: readonly unknown[] = Array.isArray(tree['metrics']) ? tree['metrics'] : [tree];
    return metrics.flatMap((metric) => {
      const stamp = isJsonObject(metric) ? metric['timestamp'] : undefined;
      return typeof stamp === 'number' ? [stamp] : [];
    });
  }
  const lines = parseLines(textOf(bytes) ?? '');
  return isRefusal(lines) ? [] : lines.flatMap(({ time }) => (time === undefined ? [] : [Number(time)]));
}
