import fc from 'fast-check';
import moment from 'moment-timezone';
import { expect, test } from 'vitest';
import { type Zone, ZONE_NAMES, ZONE_RULES, zoneNamed } from '../../src/calendar/zone.ts';

/** Offset in minutes, by going through the transitions one by one. */
function offset(zone: Zone, ms: number): number {
  let i = 0;
  while (i < zone.since.length && zone.since[i]! <= ms) i++;
  return zone.offsets[i]! / 60_000;
}

// Written from the published rules: the instant in UTC, minutes of offset just before it and at it.
const KNOWN = [
  ['Europe/Berlin', '1980-04-06T01:00Z', 60, 120], // first summer time since 1949
  ['Europe/Berlin', '2026-03-29T01:00Z', 60, 120], // last Sunday of March, 01:00 UTC
  ['Europe/Berlin', '2026-10-25T01:00Z', 120, 60], // last Sunday of October
  ['Europe/Berlin', '2037-03-29T01:00Z', 60, 120],
  ['America/New_York', '1974-01-06T07:00Z', -300, -240], // oil crisis: daylight time from January
  ['America/New_York', '2006-04-02T07:00Z', -300, -240], // first Sunday of April until 2006 …
  ['America/New_York', '2007-03-11T07:00Z', -300, -240], // … second of March since
  ['America/New_York', '2026-11-01T06:00Z', -240, -300],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z', 660, 630], // half an hour of summer time
  ['Australia/Lord_Howe', '2026-10-03T15:30Z', 630, 660],
  ['Asia/Kathmandu', '1985-12-31T18:30Z', 330, 345], // a quarter of an hour, for good
  ['Asia/Calcutta', '1986-01-01T00:00Z', 330, 330], // a link; no transition
  ['Europe/Moscow', '2014-10-25T22:00Z', 240, 180], // end of permanent summer time
  ['America/Caracas', '2016-05-01T07:00Z', -270, -240],
  ['Pacific/Apia', '2011-12-30T10:00Z', -600, 840], // the day that Samoa left out
] as const;

test.each(KNOWN)('%s at %s goes from %i to %i minutes', (name, instant, before, after) => {
  const zone = zoneNamed(name)!;
  const at = Date.parse(instant.replace('Z', ':00Z'));
  expect([offset(zone, at - 1), offset(zone, at)]).toEqual([before, after]);
});

test('every zone equals what the package itself makes of its data', () => {
  expect(ZONE_NAMES.length).toBeGreaterThan(500);
  expect(new Set(ZONE_NAMES)).toEqual(new Set(moment.tz.names()));
  for (const name of ZONE_NAMES) {
    const [ours, theirs] = [zoneNamed(name)!, moment.tz.zone(name)!];
    expect([...ours.since, Infinity]).toEqual(theirs.untils);
    expect([...ours.offsets]).toEqual(theirs.offsets.map((west) => Math.round(-west * 60_000) + 0));
  }
});

// Zones whose rules from 1972 to 2037 no release of the last years has changed: the host's release need not be ours.
const SETTLED = [
  'Europe/Berlin',
  'Europe/London',
  'Europe/Dublin',
  'Europe/Moscow',
  'America/New_York',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Caracas',
  'America/Phoenix',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Seoul',
  'Asia/Pyongyang',
  'Australia/Sydney',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Africa/Johannesburg',
  'UTC',
] as const;

test('offsets equal those of the host at any instant from 1972 to 2037', () => {
  const formats = new Map(
    SETTLED.map((timeZone) => [
      timeZone,
      new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }),
    ]),
  );
  const hosts = (name: (typeof SETTLED)[number], ms: number): number => {
    const text = formats.get(name)!.format(ms);
    const [, sign = '+', hours = 0, minutes = 0] = /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(text)!;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };
  const zones = new Map(SETTLED.map((name) => [name, zoneNamed(name)!]));
  const instant = fc.integer({ min: Date.UTC(1972, 0), max: Date.UTC(2038, 0) - 1 });
  fc.assert(
    fc.property(fc.constantFrom(...SETTLED), instant, (name, ms) => {
      expect(offset(zones.get(name)!, ms)).toBe(hosts(name, ms) + 0);
      // and on both sides of the transition before it
      const last = zones.get(name)!.since.findLast((at) => at <= ms && at >= Date.UTC(1972, 0));
      if (last === undefined) return;
      for (const at of [last - 1, last]) expect(offset(zones.get(name)!, at)).toBe(hosts(name, at) + 0);
    }),
    { numRuns: 3000 },
  );
});

test('names the release of its rules; knows no zone of another name', () => {
  expect(ZONE_RULES).toMatch(/^moment-timezone@\d+\.\d+\.\d+ tz 20\d\d[a-z]$/);
  for (const name of ['', 'Mars/Base', 'europe/berlin', 'toString']) expect(zoneNamed(name)).toBeUndefined();
});
