import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';

const SERIES = 3;
const STEPS = 24;
/** 2023-11-14 */
const START = 1_700_000_000_000;
const MINUTE = 60_000;

/** Settings of live-forecast on a simulated Kafka, with a small model. */
export function settingsFor(...set: readonly string[]) {
  return loadSettings(liveForecast.settings, {
    defaults: {
      input: { kind: 'kafka', brokers: ['sim:9092'], topic: 'readings', sessionTimeout: '6s' },
      model: { hidden: 2, horizon: 3 },
      forecast: { store: [1, 3] },
      commit: { every: '400ms', readings: 12 },
      page: { enabled: false },
    },
    set,
  });
}

/** The records of a partition: readings of a few series, some of them unreadable, repeated or late. */
export function content(partition: number): readonly string[] {
  const reading = (i: number, step: number): string => {
    const value = 20 + ((step * 7 + i * 5 + partition * 3) % 11) / 2 + (step % 24) / 4;
    return JSON.stringify({ sensor: `p${partition}-s${i}`, time: START + step * MINUTE, value });
  };
  const texts: string[] = [];
  for (let step = 0; step < STEPS; step++) {
    for (let i = 0; i < SERIES; i++) {
      texts.push(reading(i, step));
      const at = texts.length + partition;
      if (at % 17 === 0) texts.push(`unreadable ${at}`);
      if (at % 13 === 0) texts.push(reading(i, step));
      if (at % 19 === 0 && step > 3) texts.push(reading(i, step - 3));
    }
  }
  return texts;
}
