import { joinedChannels, type JoinSettings } from '../align/join-settings.ts';
import { ForetideError } from '../errors.ts';
import type { Decoder, Refusal } from './decoder.ts';
import { Readings, seriesFault } from './readings.ts';
import { invalid } from './refusal.ts';
import { shown } from './shown.ts';

/**
 * A decoder whose readings of one number are channels of a series: that of `plant-1/load` is one of the series `plant-1` in which nothing but
 * the channel `load` was observed. So the parts of a series have no rows of their own in Memory.
 *
 * A record with a reading whose name does not end in a channel is refused as invalid.
 *
 * @throws ForetideError SETTINGS_INVALID where the decoder's readings are of several channels already
 */
export function joinedDecoder(decoder: Decoder, join: JoinSettings): Decoder {
  const { separator } = join;
  const channels = joinedChannels(join);
  if (decoder.channels.length !== 1) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'Only series of one number can be joined',
      expected: 'readings of one channel',
      got: `${decoder.channels.length} channels`,
      where: 'align.join',
      todo: 'Leave input.decode.channels out: each value is a series then, called key.value.',
    });
  }
  const parts = new Readings(1);
  return {
    channels,
    ahead: join.known.length,
    decode(record, out): Refusal | undefined {
      parts.truncate(0);
      const refusal = decoder.decode(record, parts);
      if (refusal) return refusal;
      for (let r = 0; r < parts.length; r++) {
        const series = parts.series[r]!;
        const end = series.lastIndexOf(separator);
        const channel = channels.indexOf(series.slice(end + separator.length));
        if (end < 0 || channel < 0)
          return invalid(
            `series: expected a name that ends in ${separator} and one of ${channels.join(', ')}, got ${shown(series)}`,
          );
        const key = series.slice(0, end);
        const fault = seriesFault(key);
        if (fault !== undefined) return invalid(`series: ${fault} before ${shown(series.slice(end))}`);
        const values = channels.map(() => NaN);
        values[channel] = parts.value[r]!;
        out.addAll(key, parts.time[r]!, values);
      }
      return undefined;
    },
  };
}
