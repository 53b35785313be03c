import { randomUUID } from 'node:crypto';
import { InfluxDB, flux } from '@influxdata/influxdb-client';
import { expect, test } from 'vitest';
import { describeWithInfluxDB } from './describe-with.ts';

describeWithInfluxDB('the InfluxDB of the tests', ({ url, org, bucket, token }) => {
  test('gives back what was written', async () => {
    const series = randomUUID();
    const client = new InfluxDB({ url, token });
    const writer = client.getWriteApi(org, bucket, 'ms', { maxRetries: 0 });
    writer.writeRecord(`smoke,series=${series} value=20.5 1700000000000`);
    await writer.close();

    const rows = await client.getQueryApi(org).collectRows(flux`from(bucket: ${bucket})
      |> range(start: 2023-11-14T00:00:00Z, stop: 2023-11-15T00:00:00Z)
      |> filter(fn: (r) => r._measurement == "smoke" and r.series == ${series})`);
    expect(rows).toMatchObject([{ _time: '2023-11-14T22:13:20Z', _field: 'value', _value: 20.5 }]);
  });
});
