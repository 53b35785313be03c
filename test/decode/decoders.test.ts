import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decoderFor } from '../../src/decode/decoders.ts';
import { Readings, seriesFault, timeFault } from '../../src/decode/readings.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';
import { record } from './decoded.ts';
import { formats } from './formats.ts';

/** Bytes that a decoder does not expect: changed here and there, cut, doubled. */
function mutations(samples: readonly string[]): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(
    fc.nat(200),
    fc.nat(3),
    fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:\\\n\r ,=0e-n'))),
  );
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { maxLength: 6 }))
    .map(([sample, changes]) => {
      let bytes = [...Buffer.from(sample)];
      for (const [where, how, byte] of changes) {
        const at = where % (bytes.length + 1);
        if (how === 0) bytes.splice(at, 1, byte);
        else if (how === 1) bytes.splice(at, 0, byte);
        else if (how === 2) bytes.splice(at, 1 + (byte % 8));
        else bytes = [...bytes.slice(0, at), ...bytes.slice(at >> 1)];
      }
      return Uint8Array.from(bytes);
    });
}

describe.each(formats)('%s', (_, settings, samples) => {
  const decoder = decoderFor(DecodeSettings.parse(settings));

  test.each(samples)('decodes %j', (sample) => {
    const readings = new Readings(decoder.channels.length);
    expect(decoder.decode(record(sample), readings)).toBeUndefined();
    expect(readings.length).toBeGreaterThan(0);
  });

  const bytes = fc.oneof(
    { weight: 4, arbitrary: mutations(samples) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
    { weight: 1, arbitrary: fc.json().map((text) => Uint8Array.from(Buffer.from(text))) },
  );

  test('whatever the bytes: at least one sound reading, or a refusal that says why; never a throw', () => {
    let used = 0;
    let refused = 0;
    fc.assert(
      fc.property(bytes, (given) => {
        const readings = new Readings(decoder.channels.length);
        const refusal = decoder.decode({ offset: 0, key: null, value: given }, readings);
        if (refusal !== undefined) {
          refused++;
          return (
            ['malformed', 'missing', 'invalid'].includes(refusal.reason) &&
            /expected .*got /s.test(refusal.detail)
          );
        }
        used++;
        const { series, time, value, length, channels } = readings;
        return (
          length > 0 &&
          value.length === length * channels &&
          series.every((name) => seriesFault(name) === undefined) &&
          time.every((ms) => timeFault(ms) === undefined) &&
          value.every((number) => Number.isFinite(number) || (channels > 1 && Number.isNaN(number))) &&
          series.every((_name, i) =>
            value.slice(i * channels, (i + 1) * channels).some((each) => Number.isFinite(each)),
          )
        );
      }),
      { numRuns: 3000 },
    );
    // both ways out have been taken
    expect(used).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(10);
  });

  test('the same bytes give the same again', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const [a, b] = [new Readings(decoder.channels.length), new Readings(decoder.channels.length)];
        expect(decoder.decode({ offset: 0, key: null, value }, a)).toEqual(
          decoder.decode({ offset: 9, key: value, value }, b),
        );
        expect(a).toEqual(b);
      }),
      { numRuns: 300 },
    );
  });
});
