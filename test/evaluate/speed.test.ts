import { expect, test } from 'vitest';
import { Readings } from '../../src/decode/readings.ts';
import { SpeedMeter, TimedDecoder } from '../../src/evaluate/speed.ts';

test('median over the chunks and mean over the readings, with and without decoding', () => {
  const meter = new SpeedMeter();
  meter.add(10, 1, 0.5); // 100 µs, 50
  meter.add(10, 3, 0); // 300 µs, 300
  meter.add(20, 2, 1); // 100 µs, 50
  meter.add(0, 50, 50); // nothing came out: no reading to be timed
  expect(meter.speed).toEqual({
    median: 100,
    mean: 150,
    medianWithoutDecode: 50,
    meanWithoutDecode: 112.5,
    chunks: 3,
  });
  meter.add(10, 2, 0);
  expect(meter.speed.median).toBe(150);
});

test('of nothing nothing is known', () => {
  expect(new SpeedMeter().speed).toEqual({
    median: null,
    mean: null,
    medianWithoutDecode: null,
    meanWithoutDecode: null,
    chunks: 0,
  });
});

test('a decoder that is timed decodes as before', () => {
  const refusal = { reason: 'invalid', detail: 'no' } as const;
  const decoder = new TimedDecoder({
    channels: ['a', 'b'],
    decode({ offset }, out) {
      const end = performance.now() + 2;
      while (performance.now() < end);
      if (offset > 0) return refusal;
      out.addAll('s', 1, [2, 3]);
      return undefined;
    },
  });
  const readings = new Readings(2);
  const record = { offset: 0, key: null, value: null };
  expect(decoder.decode(record, readings)).toBeUndefined();
  expect(decoder.decode({ ...record, offset: 1 }, readings)).toBe(refusal);
  expect([decoder.channels, readings.series, readings.value]).toEqual([['a', 'b'], ['s'], [2, 3]]);
  expect(decoder.ms).toBeGreaterThanOrEqual(4);
});
