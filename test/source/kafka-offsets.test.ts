import { expect, test } from 'vitest';

import { gap, offsetNumber } from '../../src/source/kafka-offsets.ts';

test('an offset is exact or refused', () => {
  expect(offsetNumber('0')).toBe(0);
  expect(offsetNumber('9007199254740991')).toBe(2 ** 53 - 1);
  for (const text of ['9007199254740992', '9007199254740993', '9223372036854775807', 'undefined', '1.5']) {
    expect(() => offsetNumber(text)).toThrow(expect.objectContaining({ code: 'KAFKA_TOPIC' }));
  }
});

test('everything between the low and the high watermark is kept', () => {
  expect(gap('t/0@5', 5, { low: 5, high: 9 })).toBeUndefined();
  expect(gap('t/0@7', 7, { low: 5, high: 9 })).toBeUndefined();
  // Nothing has come since.
  expect(gap('t/0@9', 9, { low: 5, high: 9 })).toBeUndefined();
  expect(gap('t/0@9', 9, { low: 9, high: 9 })).toBeUndefined();
});

test('says what was lost and what to do', () => {
  const error = gap('t/0@4', 4, { low: 5, high: 9 });
  expect(error?.code).toBe('KAFKA_GAP');
  expect(error?.canRetry).toBe(false);
  expect(error?.message).toMatch(
    /^1 offsets were deleted before they were read: expected to go on at offset 4, got a topic that begins at 5 \(at t\/0@4\)\. Raise the topic's retention/,
  );
});

test('says that the topic is another one', () => {
  const error = gap('t/0@10', 10, { low: 5, high: 9 });
  expect(error?.code).toBe('KAFKA_GAP');
  expect(error?.canRetry).toBe(true);
  expect(error?.message).toContain('expected to go on at offset 10, got a topic that ends at 9 (at t/0@10)');
});
