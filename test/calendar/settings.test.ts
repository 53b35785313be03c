import { expect, test } from 'vitest';
import { CalendarSettings } from '../../src/calendar/settings.ts';
import { explainIssues } from '../../src/config/explain.ts';

function faults(given: unknown): string[] {
  const result = CalendarSettings.safeParse(given, { reportInput: true });
  return result.success ? [] : explainIssues(result.error.issues, CalendarSettings);
}

test('UTC without holidays is the default', () => {
  expect(CalendarSettings.parse(undefined)).toEqual({ zone: 'UTC' });
  expect(CalendarSettings.parse({})).toEqual({ zone: 'UTC' });
});

test.each([
  { zone: 'Europe/Berlin', holidays: 'DE' },
  { zone: 'Asia/Calcutta', holidays: 'IN' },
  { zone: 'America/Chicago', holidays: 'US/LA/NO' },
])('takes %j', (settings) => {
  expect(CalendarSettings.parse(settings)).toEqual(settings);
});

const zone = 'zone: expected the IANA name of a time zone, such as';
test.each([
  [{ zone: 'europe/berln' }, `${zone} Europe/Berlin, got "europe/berln"`],
  [{ zone: 'New York' }, `${zone} America/New_York, got "New York"`],
  [{ zone: 'Calcuta' }, `${zone} Asia/Calcutta, got "Calcuta"`],
  [{ zone: 1 }, 'zone: expected string, got 1'],
  [
    { holidays: 'Germny' },
    'holidays: expected the ISO 3166 code of a country, such as DE (Germany), got "Germny"',
  ],
  [
    { holidays: 'us' },
    'holidays: expected the ISO 3166 code of a country, such as US (United States of America), got "us"',
  ],
  [
    { holidays: 'US/new york' },
    'holidays: expected a state of US, such as US/NY (New York), got "US/new york"',
  ],
  [
    { holidays: 'DE/BY/Augsburg' },
    'holidays: expected a region of DE/BY, such as DE/BY/A (Stadt Augsburg), got "DE/BY/Augsburg"',
  ],
  [{ holidays: 'DE/BE/x' }, 'holidays: expected DE/BE alone: no regions of it are known, got "DE/BE/x"'],
  [
    { holidays: 'DE/BY/A/1' },
    'holidays: expected COUNTRY, COUNTRY/STATE or COUNTRY/STATE/REGION, got "DE/BY/A/1"',
  ],
  [
    { holidays: 'constructor' },
    'holidays: expected the ISO 3166 code of a country, such as CR (Costa Rica), got "constructor"',
  ],
  [{ zones: 'UTC' }, 'zones: no such setting; did you mean zone?'],
])('refuses %j', (given, message) => {
  expect(faults(given)).toEqual([message]);
});
