import { describe, expect, test } from 'vitest';
import { protocolFrom } from '../../src/evaluate/settings.ts';

describe('protocolFrom', () => {
  test('without flags: everything that is forecast, of all rows, a day as the season', () => {
    expect(protocolFrom({})).toEqual({
      horizons: undefined,
      averageSteps: false,
      season: 'day',
      standardizeOn: undefined,
      validate: undefined,
      score: { from: 0, to: Infinity },
    });
  });

  test("the papers' flags: what is left open follows what stands before it", () => {
    const protocol = protocolFrom({
      horizons: ['48', '1', '24', '1'],
      season: '168',
      standardizeOn: '0..2879',
      validate: '..3599',
      score: '3600..14399',
    });
    expect(protocol).toMatchObject({
      horizons: [1, 24, 48],
      season: 168,
      standardizeOn: { from: 0, to: 2879 },
      validate: { from: 2880, to: 3599 },
      score: { from: 3600, to: 14_399 },
    });
    expect(protocolFrom({ validate: '..9' }).score).toEqual({ from: 10, to: Infinity });
    expect(protocolFrom({ validate: '..9' }).validate).toEqual({ from: 0, to: 9 });
    expect(protocolFrom({ standardizeOn: '..9' }).score).toEqual({ from: 0, to: Infinity });
  });

  test.each([
    [
      { horizons: ['0', 'x'] },
      /horizons\.0: expected a whole number[^]*horizons\.1: expected a whole number/,
    ],
    [{ horizons: ['1', '999999'] }, /horizons\.1: expected at most 512, got/],
    [{ score: '5..3' }, /score: expected rows as A\.\.B/],
    [{ score: '..' }, /score: expected rows/],
    [{ score: '3' }, /score: expected rows/],
    [{ season: 'week' }, /season: expected/],
    [{ validate: '..9', standardizeOn: '0..20' }, /validate: expected rows after those of standardizeOn/],
    [{ validate: '0..20', score: '10..30' }, /score: expected rows apart from those of validate/],
    [{ validate: '0..', score: '..5' }, /score: expected rows/],
  ])('%o does not fit', (flags, message) => {
    expect(() => protocolFrom(flags)).toThrow(
      expect.objectContaining({
        code: 'SETTINGS_INVALID',
        message: expect.stringMatching(message) as unknown,
      }),
    );
  });
});
