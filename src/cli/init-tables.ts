import Table from 'cli-table3';
import { durationText } from '../init/duration-text.ts';
import type { Findings } from '../init/find.ts';
import { sampled } from '../init/settings-file.ts';
import { count, percent, type Told } from '../init/told.ts';

const STYLE = { head: [], border: [], compact: true };
/** Fields and channels that are shown; of more the first. */
const SHOWN = 8;

/** What was found, for a terminal: a table of it, three readings, and what is open with the flag that decides it. */
export function findingsText(findings: Findings): string {
  const { open } = findings;
  const openText =
    open.length === 0
      ? ''
      : `\nNot told by the data; a flag decides it\n${open.map(({ what, flag }) => `  ${what}: ${flag}\n`).join('')}`;
  return `${sampled(findings)}\n${factsTable(findings)}\n\nAs readings\n${readingsTable(findings)}\n${openText}`;
}

function factsTable(findings: Findings): string {
  const { sample, time, timeUnit, series, seriesName, values, nulls, refused, refusal, records } = findings;
  const table = new Table({
    style: STYLE,
    wordWrap: true,
    head: ['', 'found', 'why', ''],
    colWidths: [10, 30, 62, 8],
  });
  const told = <T>(name: string, shown: string, { why, confidence }: Told<T>): unknown =>
    table.push([name, shown, why, confidence]);
  table.push(['Format', sample.isArchive ? 'InfluxDB' : sample.format, sample.origin, 'sure']);
  if (time) told('Time', `${time.value}, ${timeUnit?.value === 'auto' ? 'typed' : timeUnit?.value}`, time);
  else if (timeUnit) told('Time', timeUnit.value, timeUnit);
  if (series)
    told('Series', seriesName === undefined ? series.value.join('/') : `one, ${seriesName}`, series);
  if (values) told('Values', some(values.value), values);
  if (nulls && nulls.value.length > 0) told('Missing', nulls.value.join(', '), nulls);
  for (const [name, shown, why] of cadenceRows(findings)) table.push([name, shown, why, '']);
  if (findings.season) told('Season', durationText(findings.season.value), findings.season);
  if (refused > 0)
    table.push([
      'Unusable',
      `${count(refused)} records`,
      `${percent(refused, records)}; the first: ${refusal}`,
      '',
    ]);
  return table.toString();
}

function cadenceRows({ cadence }: Findings): readonly (readonly [string, string, string])[] {
  const { series, readings, step, steps, usual, isCommon, gaps, longest, duplicates, late, lateness } =
    cadence;
  const rows: [string, string, string][] = [];
  rows.push(['Readings', `${count(readings)} of ${count(series)} series`, 'in the sample']);
  if (step !== undefined) {
    const alike = isCommon ? '' : '; series differ';
    rows.push(['Step', durationText(step), `${percent(usual, steps)} of ${count(steps)} steps${alike}`]);
    rows.push([
      'Gaps',
      count(gaps),
      gaps === 0 ? 'no step longer than one and a half' : `the longest ${durationText(longest)}`,
    ]);
  }
  rows.push([
    'Order',
    late === 0 ? 'in order' : `${percent(late, readings)} late`,
    late === 0 ? '' : `by ${durationText(lateness)} at most: see align.grace`,
  ]);
  if (duplicates > 0) rows.push(['Twice', count(duplicates), 'readings at a time that their series has had']);
  return rows;
}

function readingsTable({ readings, channels }: Findings): string {
  const names = channels.length === 1 ? ['value'] : channels.slice(0, SHOWN);
  const table = new Table({ style: STYLE, head: ['series', 'time', ...names] });
  for (const { series, time, values } of readings) {
    const shown = values.slice(0, SHOWN).map((value) => (value === null ? '–' : String(value)));
    table.push([series, new Date(time).toISOString(), ...shown]);
  }
  return table.toString();
}

function some(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
