import liveForecast from '../../pipelines/live-forecast.ts';
import type { RunSettings } from '../../src/config/run-settings.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { joinedDecoder } from '../../src/decode/joined-decoder.ts';
import { OutputSums } from '../../src/digest/output-sums.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { stateMeaning } from '../../src/run/fingerprint.ts';
import { joinOf } from '../../src/run/join-of.ts';
import type { StateMeaning } from '../../src/store/meaning.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Pipeline } from '../../src/pipeline.ts';

/** Settings of a pipeline with JSON records `{ s, t, v }` and a small model. */
export function settingsOf(pipeline: Pipeline, set: readonly string[]): RunSettings {
  const decode = { format: 'json', series: 's', time: 't', values: ['v'] };
  return loadSettings(pipeline.settings, {
    defaults: { input: { kind: 'file', paths: ['not-read'], decode }, model: { hidden: 2, horizon: 2 } },
    set,
  });
}

/** What state of a pipeline with these settings means, as a store kept it. */
export function meaningOf(set: readonly string[], pipeline: Pipeline = liveForecast): StateMeaning {
  const settings = settingsOf(pipeline, set);
  const join = joinOf(settings);
  const plain = decoderFor(settings.input.decode);
  const decoder = join ? joinedDecoder(plain, join) : plain;
  const model = createModel(settings.model, decoder.channels.length);
  const memory = new Memory();
  pipeline.topology(settings, { memory, decoder, model });
  if (settings.digest) void new OutputSums(memory, decoder.channels);
  return JSON.parse(JSON.stringify(stateMeaning(pipeline.name, settings, model, memory))) as StateMeaning;
}
