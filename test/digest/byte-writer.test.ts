import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/digest/byte-writer.ts';

test('what is written reads back, however long it gets', () => {
  const piece = fc.oneof(
    fc.integer({ min: 0, max: 0xffff_ffff }).map((value) => ({ kind: 'u32', value }) as const),
    fc.double({ noNaN: true }).map((value) => ({ kind: 'f64', value }) as const),
    fc.string({ unit: 'grapheme', maxLength: 400 }).map((value) => ({ kind: 'text', value }) as const),
  );
  const writer = new ByteWriter();
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      writer.clear();
      for (const { kind, value } of pieces) {
        if (kind === 'text') writer.text(value);
        else if (kind === 'u32') writer.u32(value);
        else writer.f64(value);
      }
      const bytes = writer.written;
      let at = 0;
      for (const { kind, value } of pieces) {
        if (kind === 'f64') {
          expect(bytes.readDoubleLE(at)).toBe(value + 0);
          at += 8;
          continue;
        }
        const number = bytes.readUInt32LE(at);
        at += 4;
        if (kind === 'u32') expect(number).toBe(value);
        else expect(bytes.toString('utf8', at, (at += number))).toBe(value);
      }
      expect(at).toBe(bytes.length);
    }),
  );
});

test('every NaN is one, and −0 is 0', () => {
  const nans = Float64Array.from([NaN, NaN]);
  new DataView(nans.buffer).setUint32(0, 0xdead, true);
  const written = [...nans, -0].map((value) =>
    Buffer.from(new ByteWriter().f64(value).written).toString('hex'),
  );
  expect(written).toEqual(['000000000000f87f', '000000000000f87f', '0000000000000000']);
});
