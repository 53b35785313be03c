import { expect, test } from 'vitest';
import { explainIssues } from '../../src/config/explain.ts';
import { givenSeason } from '../../src/forecast/season-setting.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';

const SECOND = 1000;
const parse = (season: unknown) => ForecastSettings.parse({ season }).season;

test('auto, none, a duration or steps; and the same when it is parsed again', () => {
  expect(ForecastSettings.parse({}).season).toBe('auto');
  for (const season of ['auto', 'none', '2m', '1d', 2, 37, 288]) {
    expect(parse(season)).toBe(season);
    expect(ForecastSettings.parse(ForecastSettings.parse({ season })).season).toBe(season);
  }
});

test.each([1, 289, 12.5, -3, '37', '0s', 'day', ''])('%j is refused, and told what would do', (season) => {
  const { error } = ForecastSettings.safeParse({ season });
  expect(explainIssues(error!.issues, ForecastSettings).join()).toMatch(
    /^season: expected auto, none, a duration such as 2m, or 2 to 288 steps/,
  );
});

test('what is given, in steps', () => {
  expect(givenSeason('auto')).toBeUndefined();
  expect(givenSeason('none')!(SECOND)).toBe(0);
  expect([0, SECOND, 1e9].map(givenSeason(37)!)).toEqual([37, 37, 37]);
  // 2 minutes; 288 steps is as far as the past reaches
  expect(
    [10 * SECOND, 7 * SECOND, SECOND, 416, 60 * SECOND, 120 * SECOND, 0].map(givenSeason('2m')!),
  ).toEqual([12, 17, 120, 288, 2, 0, 0]);
  expect(givenSeason('2m')!(400)).toBe(0);
});
