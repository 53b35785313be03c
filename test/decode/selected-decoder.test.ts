import { expect, test } from 'vitest';
import { decoderFor } from '../../src/decode/decoders.ts';
import { Readings } from '../../src/decode/readings.ts';
import { selectedDecoder } from '../../src/decode/selected-decoder.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';

const json = (more: object = {}) => decoderFor(DecodeSettings.parse({ format: 'json', ...more }));
const all = { series: undefined, from: undefined, to: undefined };

function decode(
  decoder: ReturnType<typeof json>,
  record: unknown,
  out = new Readings(decoder.channels.length),
) {
  const refusal = decoder.decode({ offset: 0, key: null, value: Buffer.from(JSON.stringify(record)) }, out);
  return { refusal, readings: out.series.map((name, i) => [name, out.time[i]]), out };
}

test('of a record only the series that are wanted', () => {
  const decoder = selectedDecoder(json(), { ...all, series: ['s.a', '*.c'] });
  expect(decode(decoder, { sensor: 's', time: 1, a: 1, b: 2, c: 3 }).readings).toEqual([
    ['s.a', 1],
    ['s.c', 1],
  ]);
  expect(decode(decoder, { sensor: 't', time: 1, a: 1 })).toMatchObject({ refusal: undefined, readings: [] });
});

test('only times in [from, to)', () => {
  const decoder = selectedDecoder(json({ values: ['v'] }), { ...all, from: 10, to: 20 });
  const batch = [9.999, 10, 19.999, 20].map((time) => ({ sensor: 's', time, v: time }));
  const { readings, out } = decode(decoder, batch);
  expect(readings).toEqual([
    ['s', 10],
    ['s', 19.999],
  ]);
  expect(out.value).toEqual([10, 19.999]);
});

test('channels stay with their readings, and what was there before stays too', () => {
  const decoder = selectedDecoder(json({ values: ['a', 'b'], channels: true }), { ...all, series: ['y'] });
  const out = new Readings(2);
  out.addAll('before', 0, [7, 8]);
  out.current = 1;
  const records = ['x', 'y', 'x', 'y'].map((sensor, i) => ({ sensor, time: i, a: i, b: -i }));
  expect(decode(decoder, records, out).readings).toEqual([
    ['before', 0],
    ['y', 1],
    ['y', 3],
  ]);
  expect(out.value).toEqual([7, 8, 1, -1, 3, -3]);
  expect(out.record).toEqual([0, 1, 1]);
  out.current = 2;
  decode(decoder, [records[0], records[1]], out);
  expect(out.record).toEqual([0, 1, 1, 2]);
});

test('what cannot be decoded is refused as ever', () => {
  const decoder = selectedDecoder(json({ values: ['v'] }), { ...all, series: ['none'] });
  expect(decode(decoder, { sensor: 's', time: 'never', v: 1 }).refusal).toMatchObject({ reason: 'invalid' });
});
