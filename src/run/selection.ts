import type { RunSettings } from '../config/run-settings.ts';
import type { Selection } from '../decode/selected-decoder.ts';

/**
 * What of a source is read, in one form for each meaning; undefined where all of it is. State of another selection is not gone on with.
 *
 * 1. The position in an archive is a count of the readings before it, so in another selection it stands for another reading. Where the range
 *    ends, and how its server is reached, moves none.
 * 2. Records of files and of Kafka have positions of their own, but those before a position that were passed over would never come. In a
 *    file, which need not be in order of time, that also holds of where the range ends.
 */
export function selectionOf(input: RunSettings['input']): Readonly<Record<string, unknown>> | undefined {
  switch (input.kind) {
    case 'file': {
      const { kind, from, to, series } = input;
      return decodedSelection(input) && { kind, from, to, series: inOrder(series) };
    }
    case 'kafka': {
      const { kind, series } = input;
      return series && { kind, series: inOrder(series) };
    }
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

/**
 * What is seen of a record only when it has been decoded: of files event time and series, of Kafka the series, for its range is one of
 * Kafka's own times. Undefined where all is read, and of archives, which are asked for no more.
 */
export function decodedSelection(input: RunSettings['input']): Selection | undefined {
  if (input.kind !== 'file' && input.kind !== 'kafka') return undefined;
  const { series } = input;
  const { from, to } = input.kind === 'file' ? input : {};
  return from === undefined && to === undefined && series === undefined ? undefined : { from, to, series };
}

/** Each once, in an order that does not depend on how they were written down. */
function inOrder(some: readonly unknown[] | undefined): readonly string[] | undefined {
  return some && [...new Set(some.map((one) => JSON.stringify(one)))].toSorted();
}
