import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoFrom } from '../../src/evaluate/time-format.ts';

describe('isoFrom', () => {
  test.each([
    ['M/D/YYYY H:mm', '1/2/2010 0:00', '2010-01-02T00:00:00Z'],
    ['D/M/YYYY H:mm', '1/2/2010 13:07', '2010-02-01T13:07:00Z'],
    ['YYYY/M/D HH:mm', '2004/3/10 18:00', '2004-03-10T18:00:00Z'],
    ['DD.MM.YYYY', ' 24.12.2025 ', '2025-12-24T00:00:00Z'],
    ['YYYYMMDDHHmmss', '20251224183059', '2025-12-24T18:30:59Z'],
  ])('%s reads %s', (format, text, iso) => {
    expect(isoFrom(format)(text)).toBe(iso);
  });

  test.each([
    ['M/D/YYYY', '2010-01-02'],
    ['MM/DD/YYYY', '1/2/2010'],
    ['M/D/YYYY', '1/2/2010 0:00'],
    ['D.M.YYYY', '1x2x2010'],
    ['M/D/YYYY', ''],
  ])('%s does not read %j', (format, text) => {
    expect(isoFrom(format)(text)).toBeUndefined();
  });

  test('whether there is such a date is not its business', () => {
    expect(isoFrom('M/D/YYYY')('13/45/2010')).toBe('2010-13-45T00:00:00Z');
  });

  test.each(['', 'M/D', 'YYYY-MM', 'M/D/YYYY D', 'MM/M/DD/YYYY'])('%j is no format', (format) => {
    expect(() => isoFrom(format)).toThrow(expect.objectContaining({ code: 'SETTINGS_INVALID' }));
  });

  test('what it reads is what was written', () => {
    const date = fc.date({ min: new Date('1980-01-01'), max: new Date('2080-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (at) => {
        const text = `${at.getUTCDate()}.${at.getUTCMonth() + 1}.${at.getUTCFullYear()}, ${at.getUTCHours()}h`;
        const iso = isoFrom('D.M.YYYY, Hh')(text);
        expect(Date.parse(iso!)).toBe(Math.floor(at.getTime() / 3_600_000) * 3_600_000);
      }),
    );
  });
});
