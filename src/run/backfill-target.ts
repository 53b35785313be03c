import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Bucket, findBucket, makeBucket } from '../sink/influxdb-bucket.ts';
import { InfluxConnection } from '../sink/influxdb-connection.ts';
import type { InfluxSettings } from '../sink/influxdb-settings.ts';
import { InfluxSink } from '../sink/influxdb.ts';
import { areManyShards, shardGroupFor, shardsOf } from '../sink/shard-groups.ts';
import type { RunSettings } from '../config/run-settings.ts';
import { mustHaveOwnTags } from './backfill-settings.ts';

/** Taken for a range of which nothing is known, ms: shard groups that do for years. */
const UNKNOWN = 2000 * 86_400_000;

export interface BackfillTargetParts {
  /** Where the live run writes to. */
  readonly live: InfluxSettings;
  /** Where the backfill does. */
  readonly target: InfluxSettings;
  readonly input: RunSettings['input'];
  /** ms of event time that are to be written; undefined where that is not known, or points are there already */
  readonly range: number | undefined;
  /** Whether it goes on: then the bucket must be there. */
  readonly isResumed: boolean;
  readonly log: Log;
}

/**
 * Makes sure that the bucket of a backfill is there, is not the one of the live run or of the input, and can be written. One that is not
 * there is made.
 *
 * @returns what there is to say of it, one line each
 * @throws ForetideError SETTINGS_INVALID, SECRET_MISSING, INFLUX_UNAUTHORIZED, INFLUX_NOT_FOUND, INFLUX_REJECTED, INFLUX_UNREACHABLE
 */
export async function prepareBackfillTarget(parts: BackfillTargetParts): Promise<readonly string[]> {
  const { target, log } = parts;
  const connection = new InfluxConnection(target);
  const sink = new InfluxSink(target, log);
  try {
    const found = await findBucket(connection, target);
    const lines =
      found === undefined ? [await makeIt(connection, parts)] : linesOf(mustBeApart(found, parts), parts);
    await sink.check();
    return lines;
  } finally {
    connection.close();
    await sink.close();
  }
}

async function makeIt(connection: InfluxConnection, parts: BackfillTargetParts): Promise<string> {
  const { live, target, range, isResumed } = parts;
  if (isResumed) {
    throw new ForetideError('INFLUX_NOT_FOUND', {
      what: 'The bucket of the backfill is not there any more, and what was written before with it',
      where: `${target.url}, bucket ${target.bucket} of organisation ${target.org}`,
      todo: 'Begin anew with --fresh.',
    });
  }
  const shardGroup = shardGroupFor(range ?? UNKNOWN);
  // a token of all buckets need not see the organisation
  const beside = await findBucket(connection, live);
  const orgId = typeof beside === 'object' ? beside.orgId : undefined;
  const made = await makeBucket(connection, target, { shardGroup, orgId });
  if (made === 'hidden') return hiddenLine(target);
  const count = range === undefined ? '' : `, about ${shardsOf(range, shardGroup)} for this range`;
  return `Bucket ${target.bucket} is new: it keeps points for ever, in shard groups of ${days(shardGroup)}${count}`;
}

function linesOf(found: Bucket | 'hidden', { target, range }: BackfillTargetParts): string[] {
  if (found === 'hidden') return [hiddenLine(target)];
  const { name, shardGroup } = found;
  if (range === undefined || shardGroup === 0)
    return [`Bucket ${name} has shard groups of ${days(shardGroup)}`];
  const shards = shardsOf(range, shardGroup);
  const lines = [`Bucket ${name} has shard groups of ${days(shardGroup)}: about ${shards} for this range`];
  if (areManyShards(shards))
    lines.push(
      `Warning: each shard has an index of its own and keeps about nine files open; a bucket that a backfill makes would have shard groups of ${days(shardGroupFor(range))}, about ${shardsOf(range, shardGroupFor(range))}`,
    );
  return lines;
}

function hiddenLine({ bucket }: InfluxSettings): string {
  return `Bucket ${bucket} is there; the token may not read how long its shard groups are`;
}

/** @throws ForetideError SETTINGS_INVALID where it is the bucket of the live run without a tag of its own, or that of the input */
function mustBeApart(
  found: Bucket | 'hidden',
  { live, target, input }: BackfillTargetParts,
): Bucket | 'hidden' {
  const is = ({ bucket }: Pick<InfluxSettings, 'bucket'>): boolean =>
    bucket === target.bucket || (found !== 'hidden' && bucket === found.id);
  if (is(live)) mustHaveOwnTags(live, target);
  if (input.kind === 'influxdb' && new URL(input.url).href === new URL(target.url).href && is(input)) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'The backfill would write to the bucket that it reads',
      expected: 'another bucket',
      got: target.bucket,
      where: '--bucket',
      todo: 'Leave --bucket out, or name another one.',
    });
  }
  return found;
}

function days(ms: number): string {
  return `${Math.round(ms / 86_400_000)} d`;
}
