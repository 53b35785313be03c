import { decoderFor } from '../../src/decode/decoders.ts';
import { Readings } from '../../src/decode/readings.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';
import { RECORD_DECODE } from '../../src/source/archive-record.ts';
import type { Batch, Source, SourceHandler } from '../../src/source/source.ts';

const decoder = decoderFor(DecodeSettings.parse(RECORD_DECODE));

/** What a source of history has handed over, by partition, as the ordinary decoder reads it: [series, time, value]. */
export interface Played {
  readonly readings: Record<number, [string, number, number][]>;
  readonly batches: Batch[];
}

/** Runs a source to its end, or until `handle` stops it, from these positions. */
export async function play(
  source: Source,
  positions: readonly (number | null)[] = [],
  handle?: (batch: Batch) => Promise<void> | void,
  stop: AbortSignal = new AbortController().signal,
): Promise<Played> {
  const played: Played = { readings: {}, batches: [] };
  const handler: SourceHandler = {
    async open(partition) {
      played.readings[partition] = [];
      return positions[partition] ?? null;
    },
    async handle(batch) {
      played.batches.push(batch);
      for (const record of batch.records) {
        const out = new Readings(1);
        const refusal = decoder.decode(record, out);
        if (refusal) throw new Error(refusal.detail);
        played.readings[batch.partition]!.push([out.series[0]!, out.time[0]!, out.value[0]!]);
      }
      await handle?.(batch);
    },
    lose: async () => undefined,
  };
  await source.run(handler, stop);
  return played;
}
