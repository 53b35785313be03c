import { describe, expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import liveForecast from '../../pipelines/live-forecast.ts';
import { AlertSettings } from '../../src/alert/settings.ts';
import { JoinSettings } from '../../src/align/join-settings.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { ScaleSettings } from '../../src/scale/scale.ts';
import { ALWAYS, GROUPS, groupOf, MODEL_RENEWS, ruleOf } from '../../src/store/carry-rules.ts';
import { readLayout } from '../../src/memory/layout.ts';
import { meaningOf } from './meanings.ts';

const KNOWN = new Set(GROUPS.map(({ name }) => name));

describe('the groups', () => {
  test.each<readonly [Pipeline, readonly string[]]>([
    [liveForecast, []],
    [liveForecast, ['digest=true']],
    [liveForecast, ['forecast.profile=full']],
    [liveForecast, ['forecast.profile=full', 'forecast.weights=partition']],
    [liveForecast, ['forecast.learn=none']],
    [liveForecast, ['align.every=1m', 'align.grace=5m']],
    [liveForecast, ['scale.method=robust', 'forecast.season=37', 'forecast.yearly=true']],
    [liveForecast, ['align.every=1m', 'align.join={channels: [a, b], known: [p]}']],
    [liveForecast, ['align.every=1m', 'align.aggregate=mean']],
    [anomalyAlerts, []],
    [anomalyAlerts, ['align.every=1m', 'align.grace=5m', 'alerts.budget=25', 'digest=true']],
    [anomalyAlerts, ['series.evictAfter=1d']],
    [anomalyAlerts, ['align.every=1m', 'align.join={channels: [a, b]}']],
  ])('know every slot that the stages ask for: %#', (pipeline, set) => {
    const { series, partition } = readLayout(meaningOf(set, pipeline).layout);
    const unknown = [...series.slots, ...partition.slots]
      .map(({ name }) => name)
      .filter((name) => !ALWAYS.includes(name) && !KNOWN.has(groupOf(name)!.name));
    expect(unknown).toEqual([]);
  });

  test('stand in the order of their needs, and the rules name no others', () => {
    GROUPS.forEach(({ name, needs }, i) => {
      const before = new Set(GROUPS.slice(0, i).map((one) => one.name));
      expect([name, needs.filter((need) => !before.has(need))]).toEqual([name, []]);
    });
    for (const path of ['forecast.horizons', 'forecast.season', 'align.every', 'scale.method', 'forecast'])
      for (const group of ruleOf(path).renews) expect(KNOWN).toContain(group);
    for (const group of MODEL_RENEWS) expect(KNOWN).toContain(group);
  });

  test.each([
    ['readout.P', 'readout'],
    ['readout.cell.P', 'readout.cell'],
    ['scale', 'scale'],
    ['own.head.m', 'cell'],
    ['base.first', 'past'],
    ['issued.index', 'issued'],
    ['issued.target', undefined],
    ['mine.own', 'mine'],
    ['scaled', 'scaled'],
    ['late.told.detect', 'late'],
    ['image', 'late'],
    ['late.told.alert.since', 'late'],
    ['alert.budget', 'alert'],
    ['alert.silence.budget', 'alert.late'],
  ])('%s belongs to %s', (slot, group) => expect(groupOf(slot)?.name).toBe(group));

  test('slots of a stage of your own need all others', () => {
    expect(groupOf('mine.own')!.needs).toEqual([...KNOWN]);
  });
});

describe('the rules', () => {
  /** Settings of the sections that have no rule of their own: what all of the section does is right for them. */
  const GENERAL = [
    'scale.method',
    'align.aggregate',
    'align.offset',
    ...keysOf(AlertSettings).map((key) => `alerts.${key}`),
  ];

  test('say of every setting what another value of it does', () => {
    const sections = {
      align: ['every', 'aggregate', 'offset', 'grace', 'graceReadings', 'gaps', 'decay', 'gapLimit'],
      scale: keysOf(ScaleSettings),
      forecast: keysOf(ForecastSettings),
      alerts: keysOf(AlertSettings),
    };
    const general = Object.entries(sections)
      .flatMap(([section, keys]) => keys.map((key) => `${section}.${key}`))
      .filter((path) => !path.includes(ruleOf(path).path) || ruleOf(path).path === path.split('.')[0]);
    expect(general.toSorted()).toEqual(GENERAL.toSorted());
  });

  test.each([
    'input.decode.time',
    'input.selection.from',
    'mine',
    'align.join',
    ...Object.keys(JoinSettings.shape).map((key) => `align.join.${key}`),
    'align.aggregate',
  ])('with another %s nothing goes over', (path) => expect(ruleOf(path).renews).toBe('refuse'));

  test.each([liveForecast, anomalyAlerts])('know all sections of $name', (pipeline) => {
    for (const key of Object.keys(meaningOf([], pipeline).settings))
      expect(ruleOf(key === 'model' ? 'model.name' : key).path).not.toBe('');
  });
});

function keysOf(schema: unknown): string[] {
  const parse = schema as { parse(value: unknown): object };
  const inner = schema as { def: { innerType?: unknown; schema?: unknown; shape?: object; in?: unknown } };
  expect(parse.parse({})).toBeDefined();
  if (inner.def.shape) return Object.keys(inner.def.shape);
  return keysOf(inner.def.innerType ?? inner.def.in ?? inner.def.schema);
}
