import { iso8601 } from '../decode/iso8601.ts';
import { seriesFault } from '../decode/readings.ts';
import { ForetideError } from '../errors.ts';
import type { Asked } from './asked.ts';
import type { CellReader } from './cells.ts';
import { isCounter, isTimePart } from './no-value.ts';
import type { Table } from './table.ts';
import { count, type Open, percent, type Told } from './told.ts';

/** What fields that tell series apart are called. */
const NAMED =
  /^(series|sensor|device|id|host|hostname|station|name|tag|site|location|origin|machine|asset|meter|node|source|channel|metric|item|store|symbol|room|line|plant|instance|unique_id)([-_ ]?(id|name|no|number))?$|[-_ .](id|name)$|[a-z]I[dD]$/i;
/** Share of the rows that may stand at a time that their series has had: more, and something is missing in its name. */
const FEW = 0.005;

interface Candidate {
  readonly name: string;
  readonly texts: readonly string[];
  readonly distinct: number;
  readonly isNamed: boolean;
  readonly isText: boolean;
}

/**
 * The fields whose values, joined, name the series: those without which several rows would stand at the same time. Where none do, a
 * field that is called as such fields are, or with which the steps of time are regular.
 *
 * @param times [rows] ms
 * @throws ForetideError SETTINGS_INVALID where a field that was named is not there
 */
export function seriesFields(
  table: Table,
  times: readonly number[],
  time: string,
  cells: CellReader,
  asked: Asked,
): { readonly found: Told<readonly string[]>; readonly open: readonly Open[] } {
  const { fields, rows } = table;
  for (const name of [...(asked.series ?? []), ...(asked.values ?? [])]) {
    if (fields.has(name)) continue;
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'No such field',
      expected: `one of ${[...fields.keys()].join(', ')}`,
      got: name,
      where: asked.series?.includes(name) ? '--series' : '--values',
      todo: 'Correct the name.',
    });
  }
  const repeated = (chosen: readonly Candidate[]): number => repeatedRows(chosen, times);
  const all = [...fields].flatMap(([name, column]) =>
    name === time || asked.values?.includes(name) ? [] : candidate(name, column, cells),
  );
  if (asked.series) {
    const chosen = all.filter(({ name }) => asked.series!.includes(name));
    const why = `as --series says: ${count(seriesCount(chosen, rows))} series in the sample`;
    return { found: { value: asked.series, why, confidence: 'sure' }, open: [] };
  }
  const usable = all.filter(({ distinct, isNamed, isText, texts }) => {
    if (distinct > Math.max(1, rows / 2)) return false;
    return isText || isNamed || isPanel(texts, distinct, times);
  });
  const chosen = repeated([]) > FEW * rows ? neededFor(usable, repeated, rows) : likely(usable, times, rows);
  const left = repeated(chosen);
  const open = usable
    .filter((each) => !chosen.includes(each) && each.isText && each.distinct > 1)
    .filter((each) => seriesCount([...chosen, each], rows) > seriesCount(chosen, rows))
    .map((each) => ({
      what: `${each.name} (${count(each.distinct)} values) is not part of a series' name`,
      flag: `--series ${[...chosen, each].map(({ name }) => name).join()}`,
    }));
  const names = inOrder(chosen).map(({ name }) => name);
  const alone = repeated([]);
  const found = `${count(seriesCount(chosen, rows))} series in the sample`;
  const why =
    names.length === 0
      ? `no field tells series apart; ${percent(rows - alone, rows)} of the times are there once`
      : left < alone
        ? `${found}; ${percent(rows - left, rows)} of the rows stand at a time of their own, ${percent(rows - alone, rows)} without`
        : `${found}, by what it is called and holds`;
  return {
    found: {
      value: names,
      why,
      confidence: left > FEW * rows ? 'guess' : open.length > 0 ? 'likely' : 'sure',
    },
    open: [
      ...open,
      ...(left > FEW * rows
        ? [
            {
              what: `${percent(left, rows)} of the rows stand at a time that their series has had already`,
              flag: '--series a,b',
            },
          ]
        : []),
    ],
  };
}

function candidate(name: string, column: readonly unknown[], cells: CellReader): readonly Candidate[] {
  const texts = column.map((cell) => cells.nameOf(cell) ?? '');
  const numbers = column.map((cell) => cells.numberOf(cell));
  const isText = numbers.every((number) => Number.isNaN(number));
  if (!isText && !numbers.every((number) => Number.isSafeInteger(number))) return [];
  if (!isText && (isCounter(numbers) || isTimePart(name, numbers))) return [];
  const distinct = new Set(texts);
  // one that lacks it would be a dead letter
  if ([...distinct].some((text) => seriesFault(text) !== undefined)) return [];
  if (isText && [...distinct].every((text) => !Number.isNaN(iso8601(text)))) return [];
  const last = name.slice(name.lastIndexOf('.') + 1);
  return [{ name, texts, distinct: distinct.size, isNamed: NAMED.test(last), isText }];
}

/** Whether each value stands at most of the times, as that of a field does which tells series apart. */
function isPanel(texts: readonly string[], distinct: number, times: readonly number[]): boolean {
  const instants = new Set(times).size;
  return distinct > 1 && texts.length >= 0.5 * distinct * instants;
}

/** Takes whichever leaves the fewest rows at a time that is taken, again and again; then leaves out what was not needed. */
function neededFor(
  usable: readonly Candidate[],
  repeated: (chosen: readonly Candidate[]) => number,
  rows: number,
): readonly Candidate[] {
  const chosen: Candidate[] = [];
  let left = repeated(chosen);
  while (left > FEW * rows) {
    const ranked = usable
      .filter((each) => !chosen.includes(each) && isJoinable(chosen, each))
      .map((each) => ({ each, left: repeated([...chosen, each]) }))
      .toSorted(
        (a, b) =>
          a.left - b.left ||
          Number(b.each.isNamed) - Number(a.each.isNamed) ||
          Number(b.each.isText) - Number(a.each.isText) ||
          a.each.distinct - b.each.distinct,
      );
    const [best] = ranked;
    if (!best || best.left > left - FEW * rows) break;
    chosen.push(best.each);
    left = best.left;
  }
  const isNeeded = (each: Candidate): boolean => repeated(chosen.filter((other) => other !== each)) > left;
  // one after the other: of two that tell the same, one is needed
  for (const each of chosen.slice()) if (!isNeeded(each)) chosen.splice(chosen.indexOf(each), 1);
  return chosen;
}

/** Of readings that each come at a time of their own. */
function likely(usable: readonly Candidate[], times: readonly number[], rows: number): readonly Candidate[] {
  const named = usable
    .filter(({ isNamed }) => isNamed)
    .toSorted((a, b) => b.distinct - a.distinct || Number(b.isText) - Number(a.isText));
  const [most, ...others] = named;
  if (most) {
    const more = others.find(
      (other) =>
        isJoinable([most], other) &&
        seriesCount([most, other], rows) > most.distinct &&
        regular([most, other], times) > regular([most], times) + 0.05,
    );
    return more ? [most, more] : [most];
  }
  const plain = regular([], times);
  const [best] = usable
    .filter(({ isText, distinct }) => isText && distinct > 1 && distinct <= rows / 3)
    .map((each) => ({ each, share: regular([each], times) }))
    .toSorted((a, b) => b.share - a.share);
  return best && best.share > plain + 0.2 ? [best.each] : [];
}

/** All but the first of the joined values must be without a slash. */
function isJoinable(chosen: readonly Candidate[], each: Candidate): boolean {
  return [...chosen, each].filter(({ texts }) => texts.some((text) => text.includes('/'))).length <= 1;
}

function inOrder(chosen: readonly Candidate[]): readonly Candidate[] {
  const slashes = ({ texts }: Candidate): number => (texts.some((text) => text.includes('/')) ? 0 : 1);
  return chosen.toSorted((a, b) => slashes(a) - slashes(b) || a.distinct - b.distinct);
}

function keyOf(chosen: readonly Candidate[], row: number): string {
  return chosen.map(({ texts }) => texts[row]).join('\u0000');
}

function repeatedRows(chosen: readonly Candidate[], times: readonly number[]): number {
  const seen = new Set<string>();
  let repeated = 0;
  times.forEach((time, row) => {
    if (Number.isNaN(time)) return;
    const place = `${time}\u0000${keyOf(chosen, row)}`;
    if (seen.has(place)) repeated++;
    seen.add(place);
  });
  return repeated;
}

function seriesCount(chosen: readonly Candidate[], rows: number): number {
  const keys = new Set<string>();
  for (let row = 0; row < rows; row++) keys.add(keyOf(chosen, row));
  return keys.size;
}

/** Share of the times between two rows of a series that are about its median one. */
function regular(chosen: readonly Candidate[], times: readonly number[]): number {
  const last = new Map<string, number>();
  const deltas = new Map<string, number[]>();
  times.forEach((time, row) => {
    const key = keyOf(chosen, row);
    const before = last.get(key);
    last.set(key, time);
    if (before === undefined) return;
    const some = deltas.get(key);
    if (some) some.push(time - before);
    else deltas.set(key, [time - before]);
  });
  let [alike, all] = [0, 0];
  for (const some of deltas.values()) {
    const median = some.toSorted((a, b) => a - b)[some.length >> 1]!;
    alike += some.filter((delta) => Math.abs(delta - median) <= 0.05 * Math.abs(median)).length;
    all += some.length;
  }
  return all === 0 ? 0 : alike / all;
}
