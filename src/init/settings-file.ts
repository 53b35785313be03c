import { basename } from 'node:path';
import { stringify } from 'yaml';
import { durationText } from './duration-text.ts';
import type { Findings } from './find.ts';
import { count, percent } from './told.ts';

/** Late readings are worth a grace from this share on. */
const LATE = 0.0005;
/** Longest grace that is proposed, steps. */
const LONGEST_GRACE = 1000;
/** Share of the steps that must be alike for the step to be fixed. */
const REGULAR = 0.9;
const DAY = 86_400_000;

/** One line of the file, and why it is so. */
interface Line {
  readonly text: string;
  readonly why?: string | undefined;
}

/**
 * The settings as a YAML file, each line with what it was found by.
 *
 * @param command how the pipeline is called with it, for its head
 */
export function settingsFile(findings: Findings, command: string): string {
  const lines: Line[] = [
    { text: `# Settings of Foretide that \`foretide init\` found in ${plain(findings.sample.origin)}.` },
    { text: `# ${plain(sampled(findings))}` },
    { text: `# ${plain(command)}` },
    { text: '' },
    ...inputLines(findings),
    { text: '' },
    ...alignLines(findings),
    { text: '' },
    ...forecastLines(findings),
    { text: '' },
    ...placeLines(findings),
  ];
  return `${lines.map(({ text, why }) => (why === undefined ? text : `${text} # ${plain(why)}`)).join('\n')}\n`;
}

/** What was looked at. */
export function sampled({ sample, records, cadence }: Findings): string {
  const what = sample.isWhole
    ? `All ${count(records)} records were looked at`
    : `${count(records)} records were looked at, not all`;
  return `${what}: ${count(cadence.readings)} readings of ${count(cadence.series)} series, ${iso(cadence.first)} to ${iso(cadence.last)}.`;
}

function inputLines({ sample, decode, ...found }: Findings): readonly Line[] {
  const { kind, ...where } = sample.input;
  const lines: Line[] = [
    { text: 'input:' },
    entry(1, 'kind', kind),
    ...Object.entries(where).map(([key, value]) => entry(1, key, value, WHERE[key])),
  ];
  if (kind === 'file') lines.push(entry(1, 'pace', 'max', 'or 60x, 3m: how fast it plays'));
  if (kind === 'kafka')
    lines.push({ text: '  # to: 2026-01-31T12:00:00Z', why: 'where a run is to end; without it runs go on' });
  if (!decode) return lines;
  const why: Readonly<Record<string, string | undefined>> = {
    format: 'what the records are',
    columns: 'the table does not begin with the names of its columns; rename them here',
    delimiter: 'what stands between two cells',
    seriesName: `${found.series?.why}; the one series is called so`,
    series: found.series?.why,
    time: found.time?.why,
    timeUnit: found.time ? 'how these times are written' : found.timeUnit?.why,
    values: found.values?.why,
    channels: 'the values are the channels of one series',
    nulls: found.nulls && `${found.nulls.why}: nothing was observed`,
  };
  lines.push(
    { text: '  decode:' },
    ...Object.entries(decode).map(([key, value]) => entry(2, key, value, why[key])),
  );
  return lines;
}

const WHERE: Readonly<Record<string, string>> = {
  paths: 'each file is a partition of its own',
  group: 'processes of one group share the partitions; state and outputs are in topics that begin with it',
  from: 'the first reading that is there',
};

function alignLines({ cadence }: Findings): readonly Line[] {
  const { step, steps, usual, isCommon, gaps, longest, late, lateness, readings, duplicates } = cadence;
  if (step === undefined || step <= 0)
    return [{ text: 'align:' }, entry(1, 'every', 'auto', 'no series of the sample has two readings')];
  const share = `step ${durationText(step)} in ${percent(usual, steps)} of ${count(steps)}`;
  const isFixed = isCommon && usual >= REGULAR * steps && Number.isInteger(step);
  const gapText =
    gaps === 0
      ? 'no gaps'
      : `${count(gaps)} ${gaps === 1 ? 'gap' : 'gaps'}, the longest ${durationText(longest)}`;
  const lines: Line[] = [
    { text: 'align:' },
    isFixed
      ? entry(1, 'every', durationText(step), `${share}; ${gapText}`)
      : entry(
          1,
          'every',
          'auto',
          `${share}${isCommon ? '' : ', series differ'}: each series has its own; ${gapText}`,
        ),
  ];
  if (late >= Math.max(1, LATE * readings) && lateness <= LONGEST_GRACE * step) {
    const grace = durationText(Math.ceil(lateness / step + 1) * step);
    lines.push({
      text: `  # grace: ${grace}`,
      why: `${percent(late, readings)} of the readings come late, by ${durationText(lateness)} at most, and are dead letters; with a grace (and a duration in every) they are taken in`,
    });
  } else {
    const order =
      late === 0 ? 'every reading came in order' : `${count(late)} readings came late: they are dead letters`;
    lines.push({ text: '  # grace: none', why: order });
  }
  if (duplicates > 0)
    lines.push({
      text: `  # ${count(duplicates)} readings stand at a time that their series has had: they are dead letters`,
    });
  return lines;
}

function forecastLines({ cadence, season }: Findings): readonly Line[] {
  const { step = 0 } = cadence;
  const horizon = horizonFor(step);
  const ahead = step > 0 ? `${horizon} steps are ${durationText(horizon * step)}` : `${horizon} steps`;
  return [
    { text: 'forecast:' },
    ...seasonLines(season),
    entry(1, 'store', [1, 6, 12], 'steps ahead that are written out, of the 12 that are forecast'),
    {
      text: `# model: { cell: lstm, hidden: 16, horizon: ${horizon} }`,
      why: `${ahead}; without it the model that comes with the package`,
    },
  ];
}

/** A run with `auto` takes the day for the season wherever the past holds it: another one is the user's to say. */
function seasonLines(season: Findings['season']): readonly Line[] {
  if (!season)
    return [entry(1, 'season', 'auto', 'none shows in the sample; it is looked for as readings come')];
  if (season.value === DAY) return [entry(1, 'season', 'auto', `the day: ${season.why}`)];
  return [
    entry(1, 'season', 'auto', 'the day, where its steps fit'),
    { text: `  # season: ${durationText(season.value)}`, why: `may be better: ${season.why}` },
  ];
}

/** About a day ahead, or a week of days; an hour or so of what comes faster. */
function horizonFor(step: number): number {
  if (step >= DAY) return 7;
  return step >= 1_800_000 ? Math.round(DAY / step) : 24;
}

function placeLines({ sample }: Findings): readonly Line[] {
  const isTopic = sample.input['kind'] === 'kafka';
  return [
    ...(isTopic
      ? []
      : [
          { text: 'store:' },
          entry(
            1,
            'path',
            `.foretide/${safe(sample.name)}.db`,
            'state and outputs; tables reading, forecast, anomaly, event',
          ),
        ]),
    { text: 'output:' },
    entry(
      1,
      'kind',
      'store',
      isTopic ? 'forecasts go to topics of the brokers' : 'forecasts go to that file; or to InfluxDB:',
    ),
    {
      text: '# output: { kind: influxdb, url: http://127.0.0.1:8086, org: my-org, bucket: forecasts }',
      why: 'token in INFLUX_TOKEN',
    },
  ];
}

/** `key: value # why` */
function entry(depth: number, key: string, value: unknown, why?: string): Line {
  return { text: `${'  '.repeat(depth)}${key}: ${flow(value)}`, why };
}

/** A value on one line. */
function flow(value: unknown): string {
  return stringify(value, {
    collectionStyle: 'flow',
    lineWidth: 0,
    blockQuote: false,
    flowCollectionPadding: false,
  }).trim();
}

/** A comment must not break its line. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ');
}

function safe(name: string): string {
  const part = basename(name)
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+/, '');
  return part === '' ? 'data' : part.slice(0, 64);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
