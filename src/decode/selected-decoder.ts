import { nameTest } from '../glob.ts';
import type { Decoder } from './decoder.ts';

/** Which readings are taken: series by patterns of their names, event times in [from, to), ms; what is undefined leaves out none. */
export interface Selection {
  readonly series: readonly string[] | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/**
 * A decoder that gives only the readings of a selection. A record may have none: it is for `SelectedSource` not to hand such a one over.
 * One that cannot be decoded is refused as ever.
 */
export function selectedDecoder(
  decoder: Decoder,
  { series, from = -Infinity, to = Infinity }: Selection,
): Decoder {
  const isNamed = series === undefined ? (): boolean => true : nameTest(series);
  return {
    channels: decoder.channels,
    ...(decoder.ahead !== undefined && { ahead: decoder.ahead }),
    decode(record, out) {
      const before = out.length;
      const refusal = decoder.decode(record, out);
      if (refusal) return refusal;
      out.keep(before, (name, time) => time >= from && time < to && isNamed(name));
      return undefined;
    },
  };
}
