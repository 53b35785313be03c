import { seededRandom } from '../../src/model/random.ts';
import { type Kind, TO_SERVERS, TO_WORKERS } from './faults.ts';
import type { Output } from './round.ts';

/** How often each kind comes in a round; of InfluxDB only where it is written to. */
const TIMES: Readonly<Record<Kind, number>> = {
  kill: 12,
  restore: 2,
  zombie: 2,
  storm: 1,
  broker: 1,
  influxdb: 2,
  busy: 2,
  applied: 2,
  partial: 2,
  cut: 2,
  slow: 2,
  away: 2,
};

/** In a short round. */
const SHORT: Readonly<Record<Kind, number>> = {
  kill: 2,
  restore: 1,
  zombie: 1,
  storm: 0,
  broker: 1,
  influxdb: 1,
  busy: 1,
  applied: 1,
  partial: 1,
  cut: 1,
  slow: 0,
  away: 0,
};

export interface PlanOptions {
  readonly seed: number;
  readonly output: Output;
  /** Only faults of these kinds; undefined: all. */
  readonly only?: readonly Kind[] | undefined;
  readonly isShort: boolean;
}

/** The faults of a round, shuffled: those to workers, and those to servers. */
export function planOf({ seed, output, only, isShort }: PlanOptions): readonly (readonly Kind[])[] {
  const random = seededRandom(seed);
  const needsInflux = (kind: Kind): boolean => TO_SERVERS.some((one) => one === kind) && kind !== 'broker';
  const lane = (kinds: readonly Kind[]): Kind[] => {
    const wanted = kinds
      .filter((kind) => (only ? only.includes(kind) : true) && (output === 'influxdb' || !needsInflux(kind)))
      .flatMap((kind) => Array<Kind>((isShort ? SHORT : TIMES)[kind] || (only ? 1 : 0)).fill(kind));
    for (let i = wanted.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [wanted[i], wanted[j]] = [wanted[j]!, wanted[i]!];
    }
    return wanted;
  };
  return [lane(TO_WORKERS), lane(TO_SERVERS)].filter(({ length }) => length > 0);
}
