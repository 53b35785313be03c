import type { InfluxService } from '../services/influxdb.ts';

/** Measurements of a run. */
const MEASUREMENTS = ['reading', 'forecast', 'anomaly', 'event'];

/**
 * Every point of a bucket, a line each: by measurement and tags, in the order of time, with all fields.
 *
 * @param where a condition of InfluxQL, such as `"run" = 'a'`
 */
export async function dumpBucket(
  { url, token }: InfluxService,
  bucket: string,
  where = 'true',
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const measurement of MEASUREMENTS) {
    const q = `SELECT * FROM "${measurement}" WHERE ${where} GROUP BY *`;
    const asked = new URLSearchParams({ db: bucket, q, epoch: 'ms' });
    const answer = await fetch(`${url}/query?${asked.toString()}`, {
      headers: { authorization: `Token ${token}`, accept: 'application/csv' },
    });
    if (!answer.ok) throw new Error(`InfluxDB answered ${answer.status} to ${q}: ${await answer.text()}`);
    lines.push(...(await answer.text()).split('\n').filter((line) => line !== ''));
  }
  return lines;
}
