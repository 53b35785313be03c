import { z } from 'zod';
import { ask } from './ask.ts';

/** A real InfluxDB 2 to test against. Others may use it at the same time: write measurements or series of your own. */
export interface InfluxService {
  url: string;
  org: string;
  bucket: string;
  /** One that may do everything. */
  token: string;
}

const schema = z.object({ url: z.string(), org: z.string(), bucket: z.string(), token: z.string() });

/**
 * The run's InfluxDB, started when it is first asked for: the one at INFLUX_URL (with INFLUX_TOKEN, INFLUX_ORG,
 * INFLUX_BUCKET), else a container of INFLUXDB_IMAGE (influxdb:2.7), else the `influxd` that INFLUXD names or that is on PATH.
 * For use in test files; most want `describeWithInfluxDB`.
 *
 * @throws ServiceMissing when this machine has none of them.
 */
export async function influxdb(): Promise<InfluxService> {
  return ask('/influxdb', schema);
}
