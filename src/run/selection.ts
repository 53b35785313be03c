import type { RunSettings } from '../config/run-settings.ts';

/**
 * What of an archive is read, in one form for each meaning; undefined for sources whose records have positions of their own. The position
 * in an archive is a count of the readings before it, so in another selection it stands for another reading. Where the range ends, and
 * how its server is reached, moves none.
 */
export function selectionOf(input: RunSettings['input']): Readonly<Record<string, unknown>> | undefined {
  switch (input.kind) {
    case 'file':
    case 'kafka':
      return undefined;
    case 'sqlite': {
      const { kind, path, from, series } = input;
      return { kind, path, from, series: inOrder(series) };
    }
    case 'influxdb': {
      const { kind, org, bucket, measurement, field, seriesTag, tags, from, series } = input;
      const filters = { measurement, field, seriesTag, tags: inOrder(Object.entries(tags)) };
      return { kind, org, bucket, ...filters, from, series: inOrder(series) };
    }
  }
}

/** Each once, in an order that does not depend on how they were written down. */
function inOrder(some: readonly unknown[] | undefined): readonly string[] | undefined {
  return some && [...new Set(some.map((one) => JSON.stringify(one)))].toSorted();
}
