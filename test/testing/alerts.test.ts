import { expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { simulate, type SimulatedRecord } from '../../src/testing/index.ts';

const START = 1_700_000_000_000;
const MINUTE = 60_000;
/** Readings of a sensor and of another, as letters that each stand for a part of them. */
const READINGS = 260;
const WRONG = 200;

function value(i: number): number {
  return 20 + ((i * 7) % 11) / 5 + (i >= WRONG && i < WRONG + 10 ? 60 : 0);
}

const record = (i: number): SimulatedRecord => ({
  record: { sensor: 'pump', time: START + i * MINUTE, value: value(i) },
});
const SETTINGS = {
  input: { kind: 'kafka', sessionTimeout: '6s', decode: { format: 'json', series: 'sensor', time: 'time' } },
  model: { hidden: 2, horizon: 2 },
  novelty: { warmUp: 100 },
  alerts: { warmUp: 100, clearFor: '5m' },
  commit: { every: '200ms', readings: 7 },
  digest: true,
};

/** Plays all readings, a few at a time, with what happens after each portion. */
async function alertsOf(seed: number, mode: string, happens: (i: number) => string) {
  const store = { mode, ...(mode === 'generations' && { generationEvery: '3s' }) };
  const simulation = await simulate(anomalyAlerts, { seed, workers: 2, settings: { ...SETTINGS, store } });
  try {
    for (let i = 0; i < READINGS; i += 5) {
      const names = Array.from('abcde', (name, k) => [name, record(i + k)] as const);
      await simulation.play(`(abcde)${happens(i)}`, Object.fromEntries(names));
    }
    await simulation.play('|');
    const alerts = simulation.outputs('alert').map((one) => JSON.stringify(one));
    return { alerts, digest: await simulation.digest(), ranges: await simulation.ranges() };
  } finally {
    await simulation.end();
  }
}

const ranges = new Set<string>();

// Seen to fail when the alert lies in a closure of its stage, so that each restart forgets it.
test.each(['rows', 'generations'])(
  'workers that are killed in the middle of an alert neither fire it again nor forget it: %s',
  { timeout: 120_000 },
  async (mode) => {
    const calm = await alertsOf(0, mode, () => '-');
    expect(calm.alerts.filter((one) => one.includes('"firing"')).length).toBeGreaterThan(0);
    expect(calm.alerts.filter((one) => one.includes('"resolved"')).length).toBeGreaterThan(0);
    expect(calm.ranges).toMatchObject([{ partition: 0, from: 0, to: READINGS, before: 0, dead: 0 }]);
    for (let seed = 1; seed <= 4; seed++) {
      const shaken = await alertsOf(seed, mode, (i) =>
        i < WRONG - 10 || i > WRONG + 25 ? '' : ['|!', '|-', '|~', '|-!'][(i / 5 + seed) % 4]!,
      );
      expect(shaken).toEqual(calm);
    }
    ranges.add(JSON.stringify(calm.ranges));
  },
);

test('the digests of both modes are the same', () => expect(ranges.size).toBe(1));
