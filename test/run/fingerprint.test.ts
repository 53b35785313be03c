import { expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { stateFingerprint } from '../../src/run/fingerprint.ts';
import { settingsWith } from './parts.ts';

function fingerprint(
  set: readonly string[] = [],
  more: { name?: string; model?: Model; slot?: string } = {},
): string {
  const settings = settingsWith(...set);
  const decoder = decoderFor(settings.input.decode);
  const model = more.model ?? createModel(settings.model, decoder.channels.length);
  const memory = new Memory();
  liveForecast.topology(settings, { memory, decoder, model });
  if (more.slot) memory.series(more.slot, 'f64');
  return stateFingerprint(more.name ?? 'p', settings, model, memory);
}

test('is the same for the same, and a SHA-256', () => {
  expect(fingerprint()).toBe(fingerprint());
  expect(fingerprint()).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  'model.seed=2',
  'model.hidden=3',
  'model.cell=gru',
  'model.horizon=3',
  'model.name=other',
  'align.every=1m',
  'align.gapLimit=7',
  'scale.window=50',
  'forecast.learn=none',
  'forecast.bandRate=0.1',
  'input.decode.time=when',
  'input.decode.timeUnit=s',
  'input.decode.format=line-protocol',
  'maxStateBytes=2000',
])('changes with %s: state would mean something else', (set) => {
  expect(fingerprint([set])).not.toBe(fingerprint());
});

test('changes with the pipeline, the weights and the layout of Memory', () => {
  const model = createModel(settingsWith().model, 1);
  const nudged = model.head.b.slice();
  nudged[0] = nudged[0]! + 1;
  const others = [
    fingerprint([], { name: 'q' }),
    fingerprint([], { model: { ...model, fingerprint: 'of other weights' } }),
    fingerprint([], { slot: 'one.more' }),
  ];
  expect(fingerprint([], { model })).toBe(fingerprint());
  expect(new Set([...others, fingerprint()]).size).toBe(4);
});

test.each([
  ['where the input lies', ['input.paths=[elsewhere]', 'input.pace=60x']],
  [
    'another source of the same records',
    [
      'input.kind=kafka',
      'input.brokers=["b:1"]',
      'input.topic=t',
      'input.decode={format: json, series: s, time: t, values: [v]}',
    ],
  ],
  ['where the outputs go', ['output.kind=none']],
  ['where dead letters go', ['deadLetters.kind=kafka', 'deadLetters.topic=dead']],
  ['the page', ['page.enabled=true', 'page.port=0']],
  ['commits', ['commit.every=9s', 'commit.readings=7']],
  ['the store', ['store.path=other.db', 'store.retention=1d']],
])('does not change with %s', (_, set) => {
  expect(fingerprint(set)).toBe(fingerprint());
});
