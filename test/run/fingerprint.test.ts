import { describe, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { stateFingerprint, stateMeaning } from '../../src/run/fingerprint.ts';
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
  return stateFingerprint(stateMeaning(more.name ?? 'p', settings, model, memory));
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
  'scale.method=robust',
  'forecast.learn=none',
  'forecast.weights=partition',
  'forecast.bandRate=0.1',
  'forecast.season=37',
  'forecast.calendar.zone=Europe/Berlin',
  'forecast.calendar.holidays=DE',
  'forecast.yearly=true',
  'input.decode.nulls=[-200]',
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
  ['the page', ['page.enabled=true', 'page.port=0', 'page.allowedHosts=[foretide]']],
  ['metrics', ['metrics.enabled=false', 'metrics.port=9464']],
  ['digests, which the layout shows', ['digest=true']],
  ['commits', ['commit.every=9s', 'commit.readings=7']],
  ['the store', ['store.path=other.db', 'store.retention=1d']],
])('does not change with %s', (_, set) => {
  expect(fingerprint(set)).toBe(fingerprint());
});

test('does not change with the registry that schemas come from, and does with what is read of them', () => {
  const of = (decode: string): string =>
    fingerprint([
      'input.kind=kafka',
      'input.brokers=["b:1"]',
      'input.topic=t',
      `input.decode={format: avro, series: s, ${decode}}`,
    ]);
  expect(of(`registry: {url: "http://other:1", pins: {"1": ${'ab'.repeat(32)}}}`)).toBe(of('time: time'));
  expect(of('timeUnit: us')).not.toBe(of('time: time'));
});

// Seen to fail without `follow` in ForecastState.
test('changes with the rules of the calendar, where they count', () => {
  const layout = (...set: readonly string[]) => {
    const settings = settingsWith(...set);
    const decoder = decoderFor(settings.input.decode);
    const memory = new Memory();
    const model = createModel(settings.model, decoder.channels.length);
    liveForecast.topology(settings, { memory, decoder, model });
    return memory.layout();
  };
  expect(layout('forecast.calendar.zone=Europe/Berlin')).toMatch(/moment-timezone@[\d.]+ tz 20\d\d[a-z]$/);
  expect(layout('forecast.calendar.holidays=DE')).toMatch(
    /date-holidays@[\d.]+ date-holidays-parser@[\d.]+$/,
  );
  expect(layout()).not.toMatch(/@\d+\.\d+\.|moment|holidays/);
  expect(layout('forecast.learn=none', 'forecast.calendar.zone=Europe/Berlin')).not.toMatch(/moment/);
});

// Seen to fail without the selection, whose positions count other readings.
describe('an archive', () => {
  const sqlite = ['input.kind=sqlite', 'input.path=old.db'];
  const influx = [
    'input={kind: influxdb, org: o, bucket: b, from: 2026-01-01, series: [x, y], tags: { site: north, host: a7 }}',
  ];

  test.each([
    ['path', sqlite, 'input.path=other.db'],
    ['from', sqlite, 'input.from=2026-01-01'],
    ['series', sqlite, 'input.series=[x]'],
    ['kind', sqlite, 'input={kind: influxdb, org: o, bucket: b, from: 2026-01-01}'],
    ['from', influx, 'input.from=2026-01-02'],
    ['series', influx, 'input.series=[x]'],
    ['bucket', influx, 'input.bucket=c'],
    ['organisation', influx, 'input.org=p'],
    ['measurement', influx, 'input.measurement=m'],
    ['field', influx, 'input.field=f'],
    ['tag of the series', influx, 'input.seriesTag=s'],
    ['tags', influx, 'input.tags.site=south'],
  ])('another %s is another selection', (_, base, set) => {
    expect(fingerprint([...base, set])).not.toBe(fingerprint(base));
  });

  test.each([
    ['from', 'input.from=2026-01-01'],
    ['end', 'input.to=2026-02-01'],
    ['series', 'input.series=[x]'],
  ])('of a file another %s is another selection: what was passed over would never come', (_, set) => {
    expect(fingerprint([set])).not.toBe(fingerprint([]));
    const cut = ['input.from=2025-01-01', 'input.to=2027-01-01', 'input.series=[y]'];
    expect(fingerprint([...cut, set])).not.toBe(fingerprint(cut));
  });

  test('of Kafka other series are, and no other range', () => {
    const kafka = ['input={kind: kafka, brokers: ["b:1"], topic: t}'];
    expect(fingerprint([...kafka, 'input.series=[x]'])).not.toBe(fingerprint(kafka));
    expect(fingerprint([...kafka, 'input.from=2026-01-01'])).toBe(fingerprint(kafka));
  });

  test.each([
    ['end', sqlite, 'input.to=2026-02-01'],
    ['order of the series', influx, 'input.series=[y, x, x]'],
    ['order of the tags', influx, 'input.tags={ host: a7, site: north }'],
    ['end', influx, 'input.to=2026-02-01'],
    ['address', influx, 'input.url="http://other:8086"'],
    ['token', influx, 'input.token.env=OTHER'],
    ['timeout', influx, 'input.timeout=9s'],
  ])('another %s is not', (_, base, set) => {
    expect(fingerprint([...base, set])).toBe(fingerprint(base));
  });
});
