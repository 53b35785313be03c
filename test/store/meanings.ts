import liveForecast from '../../pipelines/live-forecast.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { joinedDecoder } from '../../src/decode/joined-decoder.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { stateMeaning } from '../../src/run/fingerprint.ts';
import { joinOf } from '../../src/run/prepare.ts';
import type { StateMeaning } from '../../src/store/meaning.ts';
import { settingsWith } from '../run/parts.ts';

/** What state of live-forecast with these settings means, as a store kept it. */
export function meaningOf(set: readonly string[]): StateMeaning {
  const settings = settingsWith(...set);
  const join = joinOf(settings);
  const plain = decoderFor(settings.input.decode);
  const decoder = join ? joinedDecoder(plain, join) : plain;
  const model = createModel(settings.model, decoder.channels.length);
  const memory = new Memory();
  liveForecast.topology(settings, { memory, decoder, model });
  return JSON.parse(JSON.stringify(stateMeaning(liveForecast.name, settings, model, memory))) as StateMeaning;
}
