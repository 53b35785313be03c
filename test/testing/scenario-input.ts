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

/** What becomes of series that go: they never do, or begin clean or from the archive when they are back. */
export type Back = 'off' | 'clean' | 'archive';

/** Settings under which series leave that are away for four of the minutes of `content`. */
export function evictionSettings(back: Back): readonly string[] {
  return back === 'off' ? [] : ['series.evictAfter=4m', `series.back=${back}`];
}

/**
 * The records of a partition: readings of a few series, some of them unreadable, repeated or late.
 *
 * @param isComingAndGoing whether most of the series are away now and then
 */
export function content(partition: number, isComingAndGoing = false): readonly string[] {
  const reading = (i: number, step: number): string => {
    const value = 20 + ((step * 7 + i * 5 + partition * 3) % 11) / 2 + (step % 24) / 4;
    return JSON.stringify({ sensor: `p${partition}-s${i}`, time: START + step * MINUTE, value });
  };
  const texts: string[] = [];
  const isAway = (i: number, step: number): boolean => (step + 5 * i) % (15 + partition) >= 6;
  for (let step = 0; step < (isComingAndGoing ? 2 : 1) * STEPS; step++) {
    for (let i = 0; i < SERIES; i++) {
      if (isComingAndGoing && isAway(i, step)) continue;
      texts.push(reading(i, step));
      const at = texts.length + partition;
      if (at % 17 === 0) texts.push(`unreadable ${at}`);
      if (at % 13 === 0) texts.push(reading(i, step));
      if (at % 19 === 0 && step > 3) texts.push(reading(i, step - 3));
    }
  }
  return texts;
}
