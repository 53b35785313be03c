import { resolve } from 'node:path';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import { INFLUX_ID } from '../sink/influxdb-bucket.ts';
import { type InfluxSettings, OutputTags } from '../sink/influxdb-settings.ts';
import type { BackfillBeginning } from './backfill-file.ts';
import { replaySettings } from './replay-settings.ts';
import { selectionOf } from './selection.ts';

/** What a person says of a backfill, beside the settings of the live run. */
export interface BackfillWish {
  /** File of its state and position; default: .foretide/PIPELINE.backfill.db */
  readonly into?: string | undefined;
  /** Default: BUCKET-replay */
  readonly bucket?: string | undefined;
  /** NAME=VALUE */
  readonly tag?: string | undefined;
  /** ms since 1970: where a topic ends, unless the settings say */
  readonly now: number;
}

/** The settings of a backfill: those of a replay, whose points go to InfluxDB. */
export type BackfillSettings = RunSettings & {
  readonly output: Extract<RunSettings['output'], { kind: 'influxdb' }>;
};

/**
 * The settings of a pipeline, for a backfill: as of a replay, but points go to another bucket of the live run's InfluxDB, or under a tag of
 * their own.
 *
 * @throws ForetideError SETTINGS_INVALID where the live run does not write to InfluxDB, or its points would be overwritten
 */
export function backfillSettings(
  pipeline: string,
  live: RunSettings,
  { into = `.foretide/${pipeline}.backfill.db`, bucket, tag, now }: BackfillWish,
): BackfillSettings {
  const { output } = live;
  if (output.kind !== 'influxdb') {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'A backfill writes to the InfluxDB of the settings, and they have none',
      expected: 'influxdb',
      got: output.kind,
      where: 'output.kind',
      todo: 'Set output to { kind: influxdb, url: …, org: …, bucket: … }, or leave out --backfill.',
    });
  }
  const target = bucket ?? `${output.bucket}-replay`;
  if (INFLUX_ID.test(target) || (bucket === undefined && INFLUX_ID.test(output.bucket))) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'The bucket of a backfill is to be told by its name',
      expected: 'a name',
      got: `${bucket ?? output.bucket}, which is an id`,
      where: '--bucket',
    });
  }
  const written = {
    ...output,
    bucket: target,
    tags: { ...output.tags, ...(tag === undefined ? {} : tagOf(tag)) },
  };
  if (target === output.bucket) mustHaveOwnTags(output, written);
  // commits of the live run's size: what waits for one is held in memory, and written once more after a kill
  return { ...replaySettings(pipeline, live, { into, now }), output: written, commit: live.commit };
}

/**
 * Points of two runs in one bucket keep apart by their tags alone.
 *
 * @throws ForetideError SETTINGS_INVALID
 */
export function mustHaveOwnTags(live: InfluxSettings, backfill: InfluxSettings): void {
  if (textOf(live.tags) !== textOf(backfill.tags)) return;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'The points of the backfill would take the place of those of the live run',
    expected: 'another bucket, or a tag of its own',
    got: `bucket ${backfill.bucket}, which is the live run's, and the same tags`,
    where: '--bucket',
    todo: 'Leave --bucket out, name another one, or add a tag: --tag run=2026-backfill.',
  });
}

/** What a backfill is, by names: a file of one with another meaning is not gone on with. The store sees to model and stages. */
export function backfillMeaning(
  pipeline: string,
  live: RunSettings,
  { url, org, bucket, tags }: InfluxSettings,
  commands: string,
): BackfillBeginning['meaning'] {
  return {
    pipeline,
    reads: JSON.stringify(readOf(live.input)),
    writes: JSON.stringify({ url, org, bucket, tags: sorted(tags) }),
    commands,
  };
}

/** What is read, and up to where, as the settings say it: not how it is reached. */
function readOf(input: RunSettings['input']): object {
  switch (input.kind) {
    case 'file':
      return {
        kind: input.kind,
        paths: input.paths.map((path) => (path.startsWith('bundled:') ? path : resolve(path))),
        selection: selectionOf(input),
      };
    case 'kafka':
      return {
        kind: input.kind,
        topic: input.topic,
        from: input.from,
        to: input.to,
        selection: selectionOf(input),
      };
    case 'sqlite':
    case 'influxdb':
      return { ...selectionOf(input), to: input.to };
  }
}

function tagOf(written: string): Readonly<Record<string, string>> {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(written) ?? [];
  const tags = OutputTags.safeParse({ [name]: value });
  if (tags.success) return tags.data;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'No such tag',
    expected: 'NAME=VALUE, with a name that points do not have already',
    got: written,
    where: '--tag',
  });
}

function textOf(tags: InfluxSettings['tags']): string {
  return JSON.stringify(sorted(tags));
}

function sorted(tags: InfluxSettings['tags']): readonly (readonly [string, string])[] {
  return Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
