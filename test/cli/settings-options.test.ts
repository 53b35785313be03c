import { Command } from 'commander';
import { afterEach, describe, expect, test, vi } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { addSettingsOptions, type SettingsFlags, settingsFrom } from '../../src/cli/settings-options.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { workplace } from './workplace.ts';

const { write } = workplace();
afterEach(() => vi.unstubAllEnvs());

const pipeline = liveForecast as unknown as Pipeline;
const settings = (flags: Partial<SettingsFlags> = {}) => settingsFrom(pipeline, { set: [], ...flags });

function parsed(...args: string[]): SettingsFlags {
  const command = addSettingsOptions(new Command().exitOverride());
  command.parse(args, { from: 'user' });
  return command.opts<SettingsFlags>();
}

describe('flags', () => {
  test('--set may be repeated, and keeps its order; --config is one file', () => {
    expect(parsed('-s', 'a=1', '--set', 'b=2', '-s', 'a=3', '--config', 'x.yaml')).toEqual({
      set: ['a=1', 'b=2', 'a=3'],
      config: 'x.yaml',
    });
    expect(parsed()).toEqual({ set: [] });
  });
});

describe('settings of a pipeline', () => {
  test('are its own defaults where nothing else is said', () => {
    expect(settings().input).toMatchObject({ kind: 'file', pace: { kind: 'within', ms: 180_000 } });
  });

  test('file < environment < --set', () => {
    const config = write('a.yaml', 'model: {hidden: 4, layers: 2, seed: 9}');
    vi.stubEnv('FORETIDE_MODEL__HIDDEN', '5');
    vi.stubEnv('FORETIDE_MODEL__LAYERS', '3');
    expect(settings({ config, set: ['model.hidden=6'] }).model).toMatchObject({
      hidden: 6,
      layers: 3,
      seed: 9,
    });
  });

  test('--speed, --port and --no-page are settings, too, and win over --set', () => {
    const { input, page } = settings({
      set: ['input.pace=max', 'page.port=1', 'page.enabled=true'],
      speed: '60x',
      port: '0',
      page: false,
    });
    expect(input).toMatchObject({ pace: { kind: 'times', factor: 60 } });
    expect(page).toMatchObject({ port: 0, enabled: false });
    expect(settings({ page: true }).page.enabled).toBe(true);
  });

  test('a flag that does not fit is told as the setting that it is', () => {
    expect(() => settings({ speed: 'fast' })).toThrow(/input\.pace: expected max, a factor such as 60x/);
    expect(() => settings({ port: 'http' })).toThrow(/page\.port: expected number, got "http"/);
    expect(() =>
      settings({ set: ['input={kind: kafka, brokers: ["b:1"], topic: t}'], speed: 'max' }),
    ).toThrow(/input\.pace: no such setting/);
  });
});
