import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { claimBytes, claimOf, NO_CLAIM } from '../../src/source/kafka-claim.ts';

test('a claim comes back as it was', () => {
  const claim = fc.record({ generation: fc.nat(), partitions: fc.array(fc.nat()) });
  fc.assert(
    fc.property(claim, (each) => {
      expect(claimOf(claimBytes(each))).toEqual(each);
    }),
  );
});

describe('what is no claim is none', () => {
  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(claimOf(bytes)).toEqual(NO_CLAIM);
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['another version', '{"version":2,"generation":1,"partitions":[1]}'],
    ['a generation below 0', '{"version":1,"generation":-1,"partitions":[1]}'],
    ['a partition that is no number', '{"version":1,"generation":1,"partitions":["1"]}'],
    ['a part of one', '{"version":1,"generation":1,"partit'],
    ['null', 'null'],
  ])('%s', (_, text) => expect(claimOf(Buffer.from(text))).toEqual(NO_CLAIM));

  test('user data that is not there', () => expect(claimOf(null)).toEqual(NO_CLAIM));
});
