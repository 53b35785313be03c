import { seededRandom } from '../../src/model/random.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

export interface Observation {
  readonly series: string;
  readonly time: number;
  readonly value: number;
}

/** Waves of 12 hours with some noise, each series with a level, a size and a phase of its own. The last value is a bad forecast of them. */
export function waves(series: number, length: number, seed = 1): Observation[] {
  const random = seededRandom(seed);
  const shapes = Array.from({ length: series }, () => ({
    level: 200 * random(),
    size: 1 + 20 * random(),
    phase: random(),
  }));
  return Array.from({ length: series * length }, (_, i) => {
    const { level, size, phase } = shapes[i % series]!;
    const step = Math.floor(i / series);
    const wave = Math.sin(2 * Math.PI * (step / 12 + phase));
    return {
      series: `s${i % series}`,
      time: START + step * HOUR,
      value: level + size * (wave + 0.1 * random()),
    };
  });
}

/** As rows of a table time,sensor,value. */
export function csvOf(observations: readonly Observation[]): string {
  const lines = observations.map(
    ({ series, time, value }) => `${new Date(time).toISOString()},${series},${value}\n`,
  );
  return `time,sensor,value\n${lines.join('')}`;
}
