import { decoderFor } from '../decode/decoders.ts';
import { Readings } from '../decode/readings.ts';
import { CsvSettings, DecodeSettings } from '../decode/settings.ts';
import { ForetideError } from '../errors.ts';
import { RECORD_DECODE } from '../source/archive-record.ts';
import type { Asked, KnownUnit } from './asked.ts';
import { type Cadence, cadenceOf, type Timed } from './cadence.ts';
import { cellReader } from './cells.ts';
import { stampUnit } from './stamp-unit.ts';
import type { Sample } from './sample.ts';
import { type Course, seasonHint } from './season-hint.ts';
import { seriesFields } from './series-fields.ts';
import { tableOf } from './table.ts';
import { timeField } from './time-field.ts';
import { roughTime } from './time-unit.ts';
import type { Open, Told } from './told.ts';
import { valueFields } from './value-fields.ts';

/** A reading of the sample, as a run will have it. */
export interface SampleReading {
  readonly series: string;
  /** ms */
  readonly time: number;
  /** One for each channel; null where it was not observed. */
  readonly values: readonly (number | null)[];
}

/** What the data are, as far as a sample shows. */
export interface Findings {
  readonly sample: Sample;
  readonly records: number;
  /** Left out where the format says what is what, or was asked for none. */
  readonly time?: Told<string>;
  readonly timeUnit?: Told<KnownUnit | 'auto'>;
  /** Fields that name the series; none: `seriesName` does. */
  readonly series?: Told<readonly string[]>;
  readonly seriesName?: string;
  readonly values?: Told<readonly string[]>;
  readonly nulls?: Told<readonly (string | number)[]>;
  /** The section `input.decode` of the settings. */
  readonly decode: Readonly<Record<string, unknown>> | undefined;
  readonly channels: readonly string[];
  readonly cadence: Cadence;
  /** ms */
  readonly season: Told<number> | undefined;
  /** Records of the sample that cannot be used, and what is wrong with the first. */
  readonly refused: number;
  readonly refusal: string | undefined;
  readonly readings: readonly SampleReading[];
  readonly open: readonly Open[];
}

/** What was found of fields, and the settings that come of it. */
type Fields = Pick<
  Findings,
  'time' | 'timeUnit' | 'series' | 'seriesName' | 'values' | 'nulls' | 'open' | 'decode'
>;

/** Readings that are shown. */
const SHOWN = 3;

/**
 * Finds out what the data are: which fields are what, from what stands in them; then, with the decoder that a run will have, how many
 * series there are, their step, gaps and order.
 *
 * @throws ForetideError FILE_FORMAT, SETTINGS_INVALID where the data do not say, or flags do not fit them
 */
export function findSettings(sample: Sample, asked: Asked): Findings {
  const found = fieldsOf(sample, asked);
  const decode = DecodeSettings.parse(found.decode ?? RECORD_DECODE);
  const { columns } = sample;
  const decoder = decoderFor(
    decode.format === 'parquet'
      ? CsvSettings.parse({
          ...found.decode,
          timeUnit: decode.timeUnit,
          format: 'csv',
          columns,
          missing: [''],
        })
      : decode.format === 'csv' && columns
        ? { ...decode, columns: [...columns] }
        : decode,
  );
  const stretches: Timed[] = [];
  const courses = new Map<string, { readonly time: number[]; readonly value: number[] }>();
  const shown: SampleReading[] = [];
  let [records, refused] = [0, 0];
  let refusal: string | undefined;
  for (const stretch of sample.stretches) {
    const readings = new Readings(decoder.channels.length);
    for (const record of stretch) {
      records++;
      const before = readings.length;
      const fault = decoder.decode(record, readings);
      if (!fault) continue;
      readings.truncate(before);
      refused++;
      refusal ??= fault.detail;
    }
    stretches.push(readings);
    collect(readings, courses, shown);
  }
  const cadence = cadenceOf(stretches);
  if (cadence.readings === 0) {
    throw new ForetideError('FILE_FORMAT', {
      what: 'No record of the sample can be decoded',
      ...(refusal !== undefined && { got: refusal }),
      where: sample.origin,
      todo: 'Say what is what by --format, --time, --time-unit, --series and --values.',
    });
  }
  const { step } = cadence;
  return {
    ...found,
    sample,
    records,
    channels: decoder.channels,
    cadence,
    season: step !== undefined && step > 0 ? seasonHint([...courses.values()], step) : undefined,
    refused,
    refusal,
    readings: shown,
  };
}

function collect(
  { series, time, value, channels }: Readings,
  courses: Map<string, Course & { readonly time: number[]; readonly value: number[] }>,
  shown: SampleReading[],
): void {
  series.forEach((name, i) => {
    const values = value.slice(i * channels, (i + 1) * channels);
    if (shown.length < SHOWN) {
      const observed = values.map((number) => (Number.isNaN(number) ? null : number));
      shown.push({ series: name, time: time[i]!, values: observed });
    }
    let course = courses.get(name);
    if (!course) courses.set(name, (course = { time: [], value: [] }));
    course.time.push(time[i]!);
    course.value.push(values[0]!);
  });
}

function fieldsOf(sample: Sample, asked: Asked): Fields {
  const { format } = sample;
  if (sample.isArchive) return { decode: undefined, open: [] };
  if (format === 'line-protocol' || format === 'telegraf') {
    const timeUnit = stampUnit(sample, asked);
    const { nulls } = asked;
    const decode = { format, timeUnit: timeUnit.value, ...(nulls && { nulls }) };
    return { timeUnit, decode, open: [] };
  }
  const table = tableOf(sample);
  const cells = cellReader(format);
  const time = timeField(sample, table, cells, asked);
  const { name, unit } = time.found.value;
  const times = (table.fields.get(name) ?? []).map((cell) => roughTime(cell, unit, cells));
  const series = seriesFields(table, times, name, cells, asked);
  const values = valueFields(sample, table, [name, ...series.found.value], cells, asked);
  const keys = series.found.value;
  if (keys.length === 0 && sample.parts > 1 && sample.input['kind'] === 'file') throw severalFiles(sample);
  const decode = {
    format,
    ...(format === 'csv' && !sample.hasHeader && { columns: sample.columns }),
    ...(format === 'csv' && sample.delimiter !== ',' && { delimiter: sample.delimiter }),
    ...(keys.length === 0
      ? { seriesName: sample.name }
      : { series: keys.length === 1 ? keys[0]! : [...keys] }),
    time: name,
    timeUnit: unit,
    values: [...values.values.value],
    ...(asked.channels && { channels: true }),
    ...(values.nulls.value.length > 0 && { nulls: [...values.nulls.value] }),
  };
  return {
    time: { ...time.found, value: name },
    timeUnit: { ...time.found, value: unit },
    series: series.found,
    ...(keys.length === 0 && { seriesName: sample.name }),
    values: values.values,
    nulls: values.nulls,
    decode,
    open: [...time.open, ...series.open, ...values.open],
  };
}

function severalFiles({ origin, parts }: Sample): ForetideError {
  return new ForetideError('SETTINGS_INVALID', {
    what: 'No field of the files tells their series apart: all of them would be one',
    expected: 'one file, or a field that names the series',
    got: `${parts} files`,
    where: origin,
    todo: 'Name the field by --series, or make settings for each file, each with its --out.',
  });
}
