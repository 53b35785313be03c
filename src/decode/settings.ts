import { z } from 'zod';
import { seriesFault } from './readings.ts';
import { RegistrySettings } from './registry-settings.ts';

const Name = z.string().min(1);
const Names = z.array(Name).min(1);

const series = z.union([Name, Names]);
const time = Name.default('time');
const values = z.union([z.literal('*'), Names]).default('*');
const timeUnit = z.enum(['s', 'ms', 'us', 'ns', 'iso', 'auto']);

const nulls = z
  .array(z.union([z.string(), z.number()]))
  .default([])
  .describe(
    'Codes of the data for a value that was not observed, e.g. [-200, n/a]: what stands there is taken as if it were absent; numbers are compared as numbers',
  );

const TIME_UNIT =
  'How times are written: s, ms, us, ns since 1970, iso (ISO 8601; UTC where it names no zone), or auto: a number of milliseconds or an ISO 8601 date';
const CHANNELS =
  'true: the fields of `values` are the channels of one series; a channel that a record lacks was not observed, one that lacks all is refused';

/** What `values` and `channels` must agree on; their names become parts of the names of series. */
function checkValues(
  { values: names, channels }: { readonly values: '*' | readonly string[]; readonly channels: boolean },
  context: z.core.$RefinementCtx,
): void {
  const fault = (message: string): void => context.addIssue({ code: 'custom', path: ['values'], message });
  if (names === '*') {
    if (channels) fault('expected the fields by name, for channels are true, got *');
    return;
  }
  if (new Set(names).size < names.length) fault('expected each field once, got one twice');
  for (const name of names) {
    const bad = seriesFault(name);
    if (bad !== undefined) fault(bad);
  }
}

/** What is read of objects. */
const fields = {
  series: series
    .default('sensor')
    .describe(
      'Field that names the series, as text or an integer (dotted paths reach inside: `meta.id`); of several, the values are joined by /',
    ),
  seriesName: Name.optional().describe(
    'Name of the one series of records that have no field for it, in place of `series`',
  ),
  time: time.describe('Field of the event time'),
  timeUnit: timeUnit.default('auto').describe(TIME_UNIT),
  values: values.describe(
    'Fields of the observed numbers; * is every other numeric field of the top level. With one named field the series is called as its key, else key.field',
  ),
  channels: z.boolean().default(false).describe(CHANNELS),
  nulls,
};

/** Records that are JSON: an object, or an array of objects. */
export const JsonSettings = z
  .strictObject({
    format: z.literal('json').describe('The records are JSON objects, or arrays of them'),
    ...fields,
  })
  .superRefine(checkValues);

/** Records that are InfluxDB line protocol, one line or several. */
export const LineProtocolSettings = z.strictObject({
  format: z.literal('line-protocol').describe('The records are lines of InfluxDB line protocol'),
  timeUnit: z
    .enum(['s', 'ms', 'us', 'ns'])
    .default('ns')
    .describe('Precision of the timestamps, which every line must have: s, ms, us or ns'),
  nulls,
});

/** Records that are the JSON which Telegraf's `json` serializer writes. */
export const TelegrafSettings = z.strictObject({
  format: z
    .literal('telegraf')
    .describe('The records are metrics as Telegraf writes them with data_format = "json"'),
  timeUnit: timeUnit.default('s').describe(`Telegraf's json_timestamp_units. ${TIME_UNIT}`),
  nulls,
});

/** Records that are rows of a table. */
export const CsvSettings = z
  .strictObject({
    format: z.literal('csv').describe('The records are rows of comma-separated values'),
    columns: Names.optional().describe(
      'Names of the columns in order; a file that begins with them tells them itself',
    ),
    delimiter: z
      .string()
      .regex(/^[^"\r\n]$/, 'expected one character other than a quote or a line break')
      .default(',')
      .describe('What stands between two cells'),
    series: series
      .optional()
      .describe('Column that names the series (default: sensor); of several, the cells are joined by /'),
    seriesName: Name.optional().describe(
      'Name of the one series of a table that has no column for it, in place of `series`',
    ),
    time: time.describe('Column of the event time'),
    timeUnit: timeUnit.default('auto').describe(TIME_UNIT),
    values: values.describe(
      'Columns of the observed numbers; * is every column but those of series and time. With one named column the series is called as its key, else key.column',
    ),
    channels: z.boolean().default(false).describe(CHANNELS),
    nulls,
    missing: z
      .array(z.string())
      .default(['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', '-', '?'])
      .describe('Cells that mean, beside those of nulls: nothing was observed'),
  })
  .superRefine(checkValues)
  .refine(({ series: column, seriesName }) => column === undefined || seriesName === undefined, {
    path: ['seriesName'],
    error: 'expected series (columns) or seriesName (a constant), got both',
  });

/** Records that are rows of a Parquet file. */
export const ParquetSettings = z
  .strictObject({
    format: z.literal('parquet').describe('The records are rows of Parquet files'),
    series: series
      .optional()
      .describe('Column that names the series (default: sensor); of several, the values are joined by /'),
    seriesName: Name.optional().describe(
      'Name of the one series of a file that has no column for it, in place of `series`',
    ),
    time: time.describe('Column of the event time'),
    timeUnit: timeUnit
      .default('auto')
      .describe(
        `How times are written where the column is of numbers or text, as in CSV; a column of timestamps or dates says it itself, and wants auto`,
      ),
    values: values.describe(
      'Columns of the observed numbers; * is every column of numbers but those of series and time. With one named column the series is called as its key, else key.column',
    ),
    channels: z.boolean().default(false).describe(CHANNELS),
    nulls,
  })
  .superRefine(checkValues)
  .refine(({ series: column, seriesName }) => column === undefined || seriesName === undefined, {
    path: ['seriesName'],
    error: 'expected series (columns) or seriesName (a constant), got both',
  });

const saidTimeUnit = timeUnit
  .default('auto')
  .describe(
    'How times are written that are numbers or texts, as in JSON; what the schema says is a timestamp says it itself, and wants auto',
  );
const registry = RegistrySettings.describe('Where the schemas are');

/** Records that are Avro, by schemas of a registry. */
export const AvroSettings = z
  .strictObject({
    format: z
      .literal('avro')
      .describe('The records of a Kafka topic are Avro, each with the id of its schema in a registry'),
    ...fields,
    timeUnit: saidTimeUnit,
    registry,
  })
  .superRefine(checkValues);

/** Records that are Protobuf, by schemas of a registry. */
export const ProtobufSettings = z
  .strictObject({
    format: z
      .literal('protobuf')
      .describe('The records of a Kafka topic are Protobuf, each with the id of its schema in a registry'),
    ...fields,
    timeUnit: saidTimeUnit,
    registry,
  })
  .superRefine(checkValues);

/** Records that are JSON, held against schemas of a registry. */
export const JsonSchemaSettings = z
  .strictObject({
    format: z
      .literal('json-schema')
      .describe(
        'The records of a Kafka topic are JSON, each with the id of its JSON Schema in a registry, and refused where they do not fit it',
      ),
    ...fields,
    timeUnit: saidTimeUnit,
    registry,
  })
  .superRefine(checkValues);

/** How the bytes of a record become readings. */
export const DecodeSettings = z.discriminatedUnion('format', [
  JsonSettings,
  LineProtocolSettings,
  TelegrafSettings,
  ParquetSettings,
  CsvSettings,
  AvroSettings,
  ProtobufSettings,
  JsonSchemaSettings,
]);

export type JsonSettings = z.infer<typeof JsonSettings>;
export type LineProtocolSettings = z.infer<typeof LineProtocolSettings>;
export type TelegrafSettings = z.infer<typeof TelegrafSettings>;
export type CsvSettings = z.infer<typeof CsvSettings>;
export type ParquetSettings = z.infer<typeof ParquetSettings>;
export type AvroSettings = z.infer<typeof AvroSettings>;
export type ProtobufSettings = z.infer<typeof ProtobufSettings>;
export type JsonSchemaSettings = z.infer<typeof JsonSchemaSettings>;
export type DecodeSettings = z.infer<typeof DecodeSettings>;
