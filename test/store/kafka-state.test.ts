import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeState, encodeState, shortFingerprint, type StateValue } from '../../src/store/kafka-state.ts';

const FINGERPRINT = '0123456789abcdef'.repeat(4);

const valueOf = (over: Partial<StateValue> = {}): StateValue => ({
  kind: 'series',
  series: 'boiler/7',
  fingerprint: FINGERPRINT,
  commit: 12,
  birth: 3,
  bytes: Buffer.from('state'),
  ...over,
});

const partsOf = (value: StateValue) => [...encodeState(value)];

test('what was encoded is decoded, whatever the series is called', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
      fc.uint8Array({ maxLength: 200 }),
      fc.maxSafeNat(),
      fc.nat(),
      (series, bytes, commit, birth) => {
        const [message, ...more] = partsOf(valueOf({ series, bytes, commit, birth }));
        expect(more).toEqual([]);
        expect(decodeState(Buffer.from(message!.key), message!.value, 'here')).toEqual({
          kind: 'series',
          series,
          fingerprint: shortFingerprint(FINGERPRINT),
          commit,
          birth,
          length: bytes.length,
          from: 0,
          bytes: Buffer.from(bytes),
          sum: message!.sum,
        });
      },
    ),
  );
});

test('what is too large for one message becomes several, each under a key of its own', () => {
  const bytes = Buffer.alloc(2_000_000, 7);
  const parts = partsOf(valueOf({ bytes }));
  expect(parts.map(({ key }) => key)).toEqual(['series/boiler/7', 'series#1/boiler/7', 'series#2/boiler/7']);
  const records = parts.map(({ key, value }) => decodeState(Buffer.from(key), value, 'here'));
  expect(records.map(({ from, length }) => [from, length])).toEqual([
    [0, 2_000_000],
    [900_000, 2_000_000],
    [1_800_000, 2_000_000],
  ]);
  expect(Buffer.concat(records.map((record) => record.bytes))).toEqual(bytes);
  expect(partsOf(valueOf({ kind: 'slots', series: '', bytes })).map(({ key }) => key)).toEqual([
    'slots',
    'slots#1',
    'slots#2',
  ]);
});

test('a record in which any bit has changed is refused, and where it lies is told', () => {
  const { key, value } = partsOf(valueOf())[0]!;
  for (let bit = 0; bit < value.length * 8; bit++) {
    const broken = Buffer.from(value);
    broken[bit >> 3] = broken[bit >> 3]! ^ (1 << (bit & 7));
    expect(() => decodeState(Buffer.from(key), broken, 'topic/0@5')).toThrow(
      expect.objectContaining({ code: 'STATE_CORRUPT', message: expect.stringContaining('topic/0@5') }),
    );
  }
  for (let length = 0; length < value.length; length++)
    expect(() => decodeState(Buffer.from(key), value.subarray(0, length), 'here')).toThrow('changelog');
});

test.each([null, '', 'serie/x', 'meta2', 'series'])('a key that is none of ours is refused: %s', (key) => {
  const { value } = partsOf(valueOf())[0]!;
  const decode = () => decodeState(key === null ? null : Buffer.from(key), value, 'here');
  if (key === 'series') expect(decode().series).toBe('');
  else expect(decode).toThrow(expect.objectContaining({ code: 'STATE_CORRUPT' }));
});
