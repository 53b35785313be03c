import { align, AlignSettings } from '../../src/align/align.ts';
import { recur } from '../../src/cell/recur.ts';
import { decode } from '../../src/decode/decode.ts';
import { joinedDecoder } from '../../src/decode/joined-decoder.ts';
import { jsonDecoder } from '../../src/decode/json.ts';
import { JsonSettings } from '../../src/decode/settings.ts';
import { detect } from '../../src/detect/detect.ts';
import { forecast } from '../../src/forecast/forecast.ts';
import { furtherBands } from '../../src/forecast/further-bands.ts';
import { score } from '../../src/forecast/score.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import { learn } from '../../src/learn/learn.ts';
import type { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { scale, ScaleSettings } from '../../src/scale/scale.ts';
import type { Batch, SourceRecord } from '../../src/source/source.ts';
import { topology } from '../../src/stage.ts';

/** The stages of live-forecast as a test builds them. */
export function liveStages(
  memory: Memory,
  options: { model?: object; forecast?: object; align?: object; decode?: object; scale?: object } = {},
) {
  const parts = jsonDecoder(
    JsonSettings.parse({ format: 'json', series: 's', time: 't', values: ['v'], ...options.decode }),
  );
  const alignment = AlignSettings.parse(options.align ?? {});
  const decoder = alignment.join ? joinedDecoder(parts, alignment.join) : parts;
  const settingsOfModel = ModelSettings.parse({ hidden: 6, horizon: 4, ...options.model });
  const model = {
    ...createModel(settingsOfModel, decoder.channels.length),
    channelNames: decoder.channels,
  };
  const settings = ForecastSettings.parse(options.forecast ?? {});
  const stages = topology(
    decode(memory, decoder),
    align(memory, alignment, model.channels),
    scale(memory, model.channels, ScaleSettings.parse(options.scale ?? {})),
    recur(memory, model, settings),
    forecast(memory, model, settings),
    furtherBands(memory, model, settings),
    score(memory, model, settings),
    detect(memory, model, settings),
    learn(memory, model, settings),
  );
  return { decoder, model, settings, stages };
}

/** A record of a test's stream. */
export function record(offset: number, value: unknown): SourceRecord {
  const bytes = typeof value === 'string' ? value : JSON.stringify(value);
  return { offset, key: null, value: Buffer.from(bytes) };
}

export function batchOf(records: readonly SourceRecord[]): Batch {
  return { partition: 0, records, next: records.length === 0 ? 0 : records.at(-1)!.offset + 1 };
}
