import { HttpError } from '@influxdata/influxdb-client';
import { z } from 'zod';
import { ForetideError } from '../errors.ts';
import { awayError, fatalError, meaningOf } from './influxdb-answer.ts';
import { type InfluxAccess, type InfluxConnection, tokenPlace } from './influxdb-connection.ts';

/** A bucket of InfluxDB 2, as its API tells of it. */
export interface Bucket {
  readonly id: string;
  readonly name: string;
  readonly orgId: string;
  /** Duration of its shard groups, ms. */
  readonly shardGroup: number;
}

const Found = z
  .object({
    id: z.string(),
    name: z.string(),
    orgID: z.string(),
    retentionRules: z.array(z.object({ shardGroupDurationSeconds: z.number().default(0) })),
  })
  .transform(({ id, name, orgID, retentionRules }): Bucket => {
    const shardGroup = (retentionRules[0]?.shardGroupDurationSeconds ?? 0) * 1000;
    return { id, name, orgId: orgID, shardGroup };
  });

/** What an id of InfluxDB looks like. */
export const INFLUX_ID = /^[0-9a-f]{16}$/;

/** Never: what asks for a bucket ends by the connection's own time-out. */
const never = new AbortController().signal;

/**
 * Looks a bucket up by its name, or by its id.
 *
 * @returns undefined where there is none; `hidden` where there may be one, of which the token may not read more
 * @throws ForetideError SECRET_MISSING, INFLUX_UNAUTHORIZED, INFLUX_NOT_FOUND, INFLUX_REJECTED, INFLUX_UNREACHABLE
 */
export async function findBucket(
  connection: InfluxConnection,
  access: InfluxAccess,
): Promise<Bucket | 'hidden' | undefined> {
  const { org, bucket } = access;
  const by = INFLUX_ID.test(bucket) ? 'id' : 'name';
  const query = new URLSearchParams({ [INFLUX_ID.test(org) ? 'orgID' : 'org']: org, [by]: bucket });
  try {
    const answer = await connection.ask(`/api/v2/buckets?${query.toString()}`, never);
    // in a list of none there would be a 404: it is there, and not shown
    return z.object({ buckets: z.array(Found) }).parse(answer).buckets[0] ?? 'hidden';
  } catch (error) {
    if (error instanceof HttpError && error.statusCode === 404 && /bucket .*not found/.test(error.message))
      return undefined;
    throw told(error, access);
  }
}

/**
 * Makes a bucket that keeps its points for ever.
 *
 * @param shardGroup duration of its shard groups, ms
 * @param orgId of the organisation, where it is known
 * @returns `hidden` where it turns out to be there
 * @throws as `findBucket` does; INFLUX_NOT_FOUND where the token may not make it
 */
export async function makeBucket(
  connection: InfluxConnection,
  access: InfluxAccess,
  { shardGroup, orgId }: { readonly shardGroup: number; readonly orgId: string | undefined },
): Promise<Bucket | 'hidden'> {
  const { org, bucket: name, url } = access;
  const seconds = shardGroup / 1000;
  try {
    const orgID = orgId ?? (await findOrg(connection, org));
    if (orgID !== undefined) {
      const retentionRules = [{ type: 'expire', everySeconds: 0, shardGroupDurationSeconds: seconds }];
      return Found.parse(await connection.ask('/api/v2/buckets', never, { orgID, name, retentionRules }));
    }
  } catch (error) {
    if (error instanceof HttpError && error.statusCode === 422) return 'hidden';
    const isRefused = error instanceof HttpError && (error.statusCode === 401 || error.statusCode === 403);
    if (!isRefused) throw told(error, access);
  }
  throw new ForetideError('INFLUX_NOT_FOUND', {
    what: 'The bucket is not there, and the token may not make it',
    expected: `a bucket, or a token that may read and write all buckets of ${org}`,
    where: `${url}, bucket ${name} of organisation ${org}`,
    todo: `Make it: influx bucket create --org ${org} --name ${name} --retention 0 --shard-group-duration ${seconds / 3600}h, and let the token in ${tokenPlace(access)} write to it`,
  });
}

/** Undefined where the token may not see it. */
async function findOrg(connection: InfluxConnection, org: string): Promise<string | undefined> {
  if (INFLUX_ID.test(org)) return org;
  const answer = await connection.ask(`/api/v2/orgs?${new URLSearchParams({ org }).toString()}`, never);
  return z.object({ orgs: z.array(z.object({ id: z.string() })) }).parse(answer).orgs[0]?.id;
}

function told(error: unknown, access: InfluxAccess): unknown {
  if (meaningOf(error) === 'fatal') return fatalError(error, access);
  return awayError(error, access.url);
}
