import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JoinSettings } from '../../src/align/join-settings.ts';
import { decode } from '../../src/decode/decode.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { joinedDecoder } from '../../src/decode/joined-decoder.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';
import { Memory } from '../../src/memory/memory.ts';
import { through } from '../frames.ts';

const HERE = { timestamp: 0, key: null };

/** What becomes of JSON records, and which series Memory has then. */
function joined(records: readonly object[], join: object, settings: object = {}) {
  const memory = new Memory();
  const parts = decoderFor(DecodeSettings.parse({ format: 'json', series: 's', time: 't', ...settings }));
  const decoder = joinedDecoder(parts, JoinSettings.parse(join));
  const [frame] = through(decode(memory, decoder), {
    partition: 0,
    records: records.map((record, offset) => ({
      ...HERE,
      offset,
      value: Buffer.from(JSON.stringify(record)),
    })),
    next: records.length,
  });
  const { name, time, value, channels, channelNames, dead } = frame!;
  const values = name.map((_, i) => [...value.subarray(i * channels, (i + 1) * channels)]);
  const rows = name.map((series, i) => [series, time[i]!, ...values[i]!]);
  const series = Array.from({ length: memory.length }, (_, row) => memory.name(row));
  return { rows, series, channelNames, dead: dead.map(({ reason, detail }) => `${reason}: ${detail}`) };
}

const one = { values: ['v'] };
const join = { channels: ['load', 'flow'], known: ['price'] };

describe('series of one number become channels', () => {
  // Seen to fail when the first separator counts, and when the parts get rows of their own.
  test('of what stands before the last separator, which alone has a row in Memory', () => {
    const { rows, series, channelNames, dead } = joined(
      [
        { s: 'plant/1/load', t: 1, v: 5 },
        { s: 'plant/1/flow', t: 2, v: 6 },
        { s: 'plant/2/price', t: 3, v: 7 },
      ],
      join,
      one,
    );
    expect(channelNames).toEqual(['load', 'flow', 'price']);
    expect(rows).toEqual([
      ['plant/1', 1, 5, NaN, NaN],
      ['plant/1', 2, NaN, 6, NaN],
      ['plant/2', 3, NaN, NaN, 7],
    ]);
    expect(series).toEqual(['plant/1', 'plant/2']);
    expect(dead).toEqual([]);
  });

  test('of the fields of one record too, by another separator', () => {
    const { rows, series } = joined([{ s: 'a', t: 9, flow: 2, load: 1 }], { ...join, separator: '.' });
    expect(rows).toEqual([
      ['a', 9, NaN, 2, NaN],
      ['a', 9, 1, NaN, NaN],
    ]);
    expect(series).toEqual(['a']);
  });

  test('a separator of several characters', () => {
    const { rows } = joined([{ s: 'a::load', t: 9, v: 2 }], { ...join, separator: '::' }, one);
    expect(rows).toEqual([['a', 9, 2, NaN, NaN]]);
  });
});

describe('what is refused', () => {
  test.each([
    ['a/heat', 'got "a/heat"'],
    ['load', 'got "load"'],
    ['a/Load', 'got "a/Load"'],
    ['a/load/', 'got "a/load/"'],
    ['/load', 'series: expected a name, got an empty one before "/load"'],
    ['a\\/load', 'series: expected no backslash at the end, got one before "/load"'],
  ])('a reading of %s', (s, detail) => {
    const { rows, series, dead } = joined([{ s, t: 1, v: 1 }], join, one);
    expect([rows, series]).toEqual([[], []]);
    expect(dead).toHaveLength(1);
    expect(dead[0]).toContain(detail);
    expect(dead[0]).toContain('invalid: series: expected ');
  });

  test('a whole record, where one of its readings is of no channel', () => {
    const { rows, dead } = joined([{ s: 'a', t: 1, load: 1, heat: 2 }], { ...join, separator: '.' });
    expect(rows).toEqual([]);
    expect(dead).toEqual([
      'invalid: series: expected a name that ends in . and one of load, flow, price, got "a.heat"',
    ]);
  });

  test('what the decoder itself refuses stays as it is', () => {
    const { dead } = joined(
      [
        { s: 'a/load', t: 1, v: 'x' },
        { s: 'a/load', v: 1 },
      ],
      join,
      one,
    );
    expect(dead[0]).toMatch(/^invalid: v: expected a finite number/);
    expect(dead[1]).toMatch(/^missing: t: /);
  });

  test('readings of several channels', () => {
    expect(() => joined([], join, { values: ['a', 'b'], channels: true })).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID' }),
    );
  });
});

test('whatever the names, each reading is one of a channel or its record is refused', () => {
  const Name = fc.stringMatching(/^[a-c/]{0,3}\/?(load|flow|price|heat)?$/);
  fc.assert(
    fc.property(fc.array(Name, { maxLength: 30 }), (names) => {
      const { rows, series, dead } = joined(
        names.map((s, t) => ({ s, t, v: t })),
        join,
        one,
      );
      expect(rows.length + dead.length).toBe(names.length);
      for (const [key, t, ...values] of rows) {
        const c = values.findIndex((value) => !Number.isNaN(value));
        expect(values.filter((value) => !Number.isNaN(value))).toEqual([t]);
        expect(`${key}/${['load', 'flow', 'price'][c]}`).toBe(names[Number(t)]);
      }
      expect(new Set(series)).toEqual(new Set(rows.map(([key]) => key)));
      expect(new Set(series).size).toBe(series.length);
    }),
  );
});
