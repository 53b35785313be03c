import type { Decoder } from '../decode/decoder.ts';
import { Readings } from '../decode/readings.ts';

/** A decoder some of whose readings never were. */
export function leavingOut(decoder: Decoder, isLeftOut: (series: string, time: number) => boolean): Decoder {
  return {
    channels: decoder.channels,
    ...(decoder.ahead !== undefined && { ahead: decoder.ahead }),
    decode(record, out) {
      const all = new Readings(out.channels);
      const refusal = decoder.decode(record, all);
      if (refusal) return refusal;
      for (let i = 0; i < all.length; i++) {
        if (isLeftOut(all.series[i]!, all.time[i]!)) continue;
        out.addAll(all.series[i]!, all.time[i]!, all.value.slice(i * all.channels, (i + 1) * all.channels));
      }
      return undefined;
    },
  };
}
