import rules from 'moment-timezone/data/packed/latest.json' with { type: 'json' };
import packageOfRules from 'moment-timezone/package.json' with { type: 'json' };

/** The offsets of a time zone: `offsets[i]` holds from `since[i - 1]` (the first: from ever) until just before `since[i]`. */
export interface Zone {
  readonly name: string;
  /** Instants of its transitions, UTC ms since 1970, ascending. */
  readonly since: Float64Array;
  /** Local time less UTC in ms, one more than transitions. */
  readonly offsets: Float64Array;
}

/** Package and release of the IANA rules that all zones are made from. Only their data is read, no code of theirs runs. */
export const ZONE_RULES = `moment-timezone@${packageOfRules.version} tz ${rules.version}`;

const packed = new Map(rules.zones.map((line) => [line.slice(0, line.indexOf('|')), line]));
for (const link of rules.links) {
  const [name, alias] = link.split('|') as [string, string];
  packed.set(alias, packed.get(name)!);
}

/** Names of all zones, links such as `Asia/Calcutta` among them, in the order of the alphabet. */
export const ZONE_NAMES: readonly string[] = [...packed.keys()].toSorted();

/**
 * A zone by its IANA name, with its transitions until 2499; undefined when there is none of this name. The format is that of
 * moment-timezone: `name|abbreviations|offsets|which offset|minutes between transitions|population`, numbers in base 60
 * (https://momentjs.com/timezone/docs/#/data-formats/packed-format/).
 */
export function zoneNamed(name: string): Zone | undefined {
  const [, , kinds, order, steps] = packed.get(name)?.split('|') ?? [];
  if (kinds === undefined || order === undefined || steps === undefined) return undefined;
  const offsetOf = kinds.split(' ').map((west) => Math.round(base60(west) * -60_000) + 0); // + 0: no -0
  let at = 0;
  return {
    name,
    since: Float64Array.from(steps === '' ? [] : steps.split(' '), (step) => {
      at = Math.round(at + base60(step) * 60_000);
      return at;
    }),
    offsets: Float64Array.from(order, (kind) => offsetOf[base60(kind)]!),
  };
}

/** A number in base 60: the digits 0-9, a-z, A-X, perhaps a sign and a fraction after a point. */
function base60(text: string): number {
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  let value = 0;
  for (const digit of whole) value = value * 60 + valueOf(digit);
  let unit = 1;
  for (const digit of fraction) {
    unit /= 60;
    value += valueOf(digit) * unit;
  }
  return negative ? -value : value;
}

function valueOf(digit: string): number {
  const code = digit.charCodeAt(0);
  return code > 96 ? code - 87 : code > 64 ? code - 29 : code - 48;
}
