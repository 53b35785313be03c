import { checkedSettings } from '../config/load.ts';
import { iso8601 } from '../decode/iso8601.ts';
import { ForetideError } from '../errors.ts';
import type { SecretSettings } from '../secret.ts';
import { awayError, fatalError, meaningOf } from '../sink/influxdb-answer.ts';
import { InfluxConnection } from '../sink/influxdb-connection.ts';
import { recordBytes } from '../source/archive-record.ts';
import { fluxText } from '../source/flux-text.ts';
import { InfluxArchiveSettings } from '../source/influxdb-settings.ts';
import type { Asked } from './asked.ts';
import { MOST_RECORDS, type Sample } from './sample.ts';
import { count, type Open } from './told.ts';

/** Longest that the server is asked, ms. */
const TIME_LIMIT = 30_000;
/** Series whose tags are looked at. */
const MOST_SERIES = 1000;
/** All that it can hold. */
const ALL = '|> range(start: time(v: -9223372036854775806), stop: time(v: 9223372036854775806))';

/** Where a bucket is. */
export interface BucketPlace {
  readonly url: string;
  readonly org: string;
  readonly bucket: string;
  readonly token: SecretSettings;
  readonly measurement?: string | undefined;
}

interface Field {
  readonly measurement: string;
  readonly field: string;
  readonly points: number;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * The first readings of the field of a bucket that has the most points, and the tag that tells its series apart.
 *
 * @throws ForetideError INFLUX_UNREACHABLE, INFLUX_UNAUTHORIZED, INFLUX_NOT_FOUND, INFLUX_REJECTED, SECRET_MISSING; FILE_FORMAT where the bucket
 *   holds no numbers, or they have no tag
 */
export async function influxSample(
  place: BucketPlace,
  asked: Asked,
): Promise<{ readonly sample: Sample; readonly open: readonly Open[] }> {
  const { url, org, bucket, token } = place;
  const settings = checkedSettings(
    InfluxArchiveSettings,
    { url, org, bucket, token: { ...token }, from: '1970-01-01' },
    'the bucket',
  );
  const connection = new InfluxConnection(settings);
  const stop = AbortSignal.timeout(TIME_LIMIT);
  const source = `from(bucket: ${fluxText(bucket)}) ${ALL}`;
  const ask = async (flux: string): Promise<readonly Row[]> => {
    try {
      return await connection.query(flux, (values, meta) => meta.toObject(values) as Row, stop);
    } catch (error) {
      throw meaningOf(error) === 'fatal'
        ? fatalError(error, settings, 'query')
        : awayError(error, url, '--url');
    }
  };
  try {
    const fields = (await ask(`${source} |> count() |> group(columns: ["_measurement", "_field"]) |> sum()`))
      .map((row): Field => ({
        measurement: String(row['_measurement']),
        field: String(row['_field']),
        points: Number(row['_value']),
      }))
      .filter(({ measurement }) => place.measurement === undefined || measurement === place.measurement)
      .filter(({ field }) => asked.values === undefined || asked.values.includes(field))
      .toSorted((a, b) => b.points - a.points || (a.field < b.field ? -1 : 1));
    for (const [i, field] of fields.entries()) {
      const filter = `${source} |> filter(fn: (r) => r._measurement == ${fluxText(field.measurement)} and r._field == ${fluxText(field.field)})`;
      const firsts = await ask(`${filter} |> first() |> group() |> limit(n: ${MOST_SERIES})`);
      // texts and booleans are no readings
      if (firsts.length === 0 || firsts.some((row) => typeof row['_value'] !== 'number')) continue;
      const { tag, open } = seriesTag(firsts, asked, `bucket ${bucket}, ${field.measurement}`);
      const each = Math.max(10, Math.ceil(MOST_RECORDS / firsts.length));
      const rows = await ask(
        `${filter} |> limit(n: ${each}) |> keep(columns: ["_time", "_value", ${fluxText(tag)}]) |> group() |> sort(columns: ["_time", ${fluxText(tag)}]) |> limit(n: ${MOST_RECORDS})`,
      );
      const others = fields.filter((_, at) => at !== i);
      return {
        sample: sampleOf({ place, field, tag, rows }),
        open: [...open, ...otherFields(others, field)],
      };
    }
    throw new ForetideError('FILE_FORMAT', {
      what: 'The bucket holds no numbers that could be read',
      expected: 'points with a field of numbers',
      got: fields.length === 0 ? 'none' : `${fields.length} fields of text or booleans`,
      where: `bucket ${bucket}`,
      todo: 'Check the bucket, --measurement and --values.',
    });
  } finally {
    connection.close();
  }
}

interface Parts {
  readonly place: BucketPlace;
  readonly field: Field;
  readonly tag: string;
  readonly rows: readonly Row[];
}

function sampleOf({ place, field, tag, rows }: Parts): Sample {
  const { url, org, bucket, token } = place;
  const readings = rows
    .filter((row) => row[tag] !== undefined && row[tag] !== '')
    .map((row) => ({
      series: String(row[tag]),
      time: iso8601(String(row['_time'])),
      value: row['_value'] as number,
    }));
  const first = readings.reduce((least, { time }) => Math.min(least, time), Infinity);
  return {
    origin: `bucket ${bucket}, ${field.measurement}.${field.field}`,
    name: bucket,
    parts: 1,
    format: 'json',
    stretches: [readings.map((reading, offset) => ({ offset, key: null, value: recordBytes(reading) }))],
    isWhole: readings.length >= field.points,
    isArchive: true,
    input: {
      kind: 'influxdb',
      url,
      org,
      bucket,
      token,
      measurement: field.measurement,
      field: field.field,
      seriesTag: tag,
      from: new Date(first).toISOString(),
    },
  };
}

/** The tag with the most values: points that differ in others alone are one series to a run. */
function seriesTag(
  firsts: readonly Row[],
  asked: Asked,
  where: string,
): { readonly tag: string; readonly open: readonly Open[] } {
  const own = new Set(['result', 'table', '_start', '_stop', '_time', '_value', '_field', '_measurement']);
  const names = new Set(firsts.flatMap((row) => Object.keys(row)).filter((name) => !own.has(name)));
  const tags = [...names]
    .map((name) => ({ name, values: new Set(firsts.map((row) => row[name])).size }))
    .toSorted((a, b) => b.values - a.values || (a.name < b.name ? -1 : 1));
  const chosen = asked.series ? tags.find(({ name }) => name === asked.series![0]) : tags[0];
  if (!chosen) {
    throw new ForetideError('FILE_FORMAT', {
      what: 'No tag names the series of these points',
      expected: tags.length === 0 ? 'points with a tag' : `one of ${tags.map(({ name }) => name).join(', ')}`,
      got: asked.series?.[0] ?? 'points without tags',
      where,
      todo: tags.length === 0 ? 'Write them with a tag that names their series.' : 'Correct --series.',
    });
  }
  const several = tags.filter(({ name, values }) => name !== chosen.name && values > 1);
  const isTold = chosen.values === firsts.length;
  return {
    tag: chosen.name,
    open: isTold
      ? []
      : several.map(({ name, values }) => ({
          what: `points that differ in ${name} (${count(values)} values) alone are one series: choose them by input.tags`,
          flag: `--series ${name}`,
        })),
  };
}

function otherFields(fields: readonly Field[], chosen: Field): readonly Open[] {
  return fields.slice(0, 5).map(({ measurement, field, points }) => ({
    what: `${measurement}.${field} has ${count(points)} points: a run reads one field of a bucket`,
    flag: `${measurement === chosen.measurement ? '' : `--measurement ${measurement} `}--values ${field}`,
  }));
}
