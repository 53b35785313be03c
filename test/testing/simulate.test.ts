import { afterEach, describe, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import {
  simulate,
  type SimulatedRecord,
  type SimulateOptions,
  type Simulation,
} from '../../src/testing/index.ts';

const VALUES: Readonly<Record<string, SimulatedRecord>> = {
  a: { record: { sensor: 'x', time: 0, value: 1 } },
  b: { record: { sensor: 'x', time: 60_000, value: 2 } },
  c: { record: 'not JSON' },
  d: { record: { sensor: 'y', time: 0, value: 3 }, partition: 1 },
};

const begun: Simulation[] = [];
afterEach(async () => {
  for (const simulation of begun.splice(0)) await simulation.end();
});

async function begin(options: SimulateOptions = {}): Promise<Simulation> {
  const simulation = await simulate(liveForecast, { partitions: 2, ...options });
  begun.push(simulation);
  return simulation;
}

describe('simulate', () => {
  test('is what its example says', async () => {
    const simulation = await begin({ workers: 2 });
    await simulation.play('(ab)c!-d~|', VALUES);
    expect(simulation.outputs('forecast')).toHaveLength(6);
    expect(simulation.dead()).toEqual([{ partition: 0, offset: 2, reason: 'malformed', value: 'not JSON' }]);
  });

  test('gives the same outputs and the same state whatever happens on the way', async () => {
    const calm = await begin();
    await calm.play('abcd|', VALUES);
    const told = (simulation: Simulation) =>
      simulation
        .outputs('forecast')
        .map((one) => JSON.stringify(one))
        .toSorted();
    for (const [seed, marbles] of ['a!-b~c-!d|', '!a|~b|!c!-d|', 'ab-!-c~~d-|'].entries()) {
      const shaken = await begin({ seed, workers: 2 });
      await shaken.play(marbles, VALUES);
      expect(told(shaken)).toEqual(told(calm));
      expect(await shaken.digest()).toBe(await calm.digest());
    }
    const other = await begin();
    await other.play('abd|', VALUES);
    expect(await other.digest()).not.toBe(await calm.digest());
  });

  test('shows the state of a series by the names of its slots', async () => {
    const simulation = await begin();
    await simulation.play('ab|', VALUES);
    const state = simulation.state('x.value')!;
    expect(Object.keys(state)).toContain('h');
    expect(simulation.state('nobody')).toBeUndefined();
  });

  test('a record that comes again is a duplicate, and makes no outputs', async () => {
    const simulation = await begin();
    await simulation.play('a|', VALUES);
    const before = simulation.outputs('forecast').length;
    await simulation.play('"|', VALUES);
    expect(simulation.outputs('forecast')).toHaveLength(before);
    expect(simulation.dead().map(({ reason }) => reason)).toEqual([]);
  });

  test('keeps points as InfluxDB does', async () => {
    const output = { kind: 'influxdb', org: 'o', bucket: 'b' };
    const simulation = await begin({ settings: { output } });
    await simulation.play('ab|', VALUES);
    expect(simulation.outputs('reading')).toEqual([
      { series: 'x.value', time: 0, value: 1 },
      { series: 'x.value', time: 60_000, value: 2 },
    ]);
  });

  test('a sign without a record is refused', async () => {
    const simulation = await begin();
    await expect(simulation.play('q', VALUES)).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
  });
});
