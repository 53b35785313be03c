import type { DeadLetter } from '../frame.ts';
import type { Points } from '../sink/points.ts';
import type { Sink } from '../sink/sink.ts';
import type { SimNetwork } from './sim-network.ts';
import type { SimProcess } from './virtual-clock.ts';

/** A point. */
export interface SimPoint {
  readonly measurement: string;
  readonly series: string;
  /** ms */
  readonly time: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number | string>>;
}

/** Pause before a write that failed is tried again, ms. */
const PAUSE = 250;

/** What InfluxDB would hold: points by their identity. A second content of one identity is remembered. */
export class SimBucket {
  readonly points = new Map<string, SimPoint>();
  /** Identities that were written with two contents. */
  readonly conflicts: string[] = [];

  put(point: SimPoint): void {
    const identity = identityOf(point);
    const before = this.points.get(identity);
    if (before && JSON.stringify(before.values) !== JSON.stringify(point.values))
      this.conflicts.push(identity);
    this.points.set(identity, point);
  }
}

/** Measurement, series, tags and time. */
export function identityOf({ measurement, series, tags, time }: Omit<SimPoint, 'values'>): string {
  return `${measurement} ${series} ${JSON.stringify(tags)} ${time}`;
}

/** The points of a block; a field that is NaN is left out, and a row without fields is none. */
export function* pointsOf({
  measurement,
  length,
  series,
  time,
  tags,
  fields,
  labels,
}: Points): Generator<SimPoint> {
  const columns = Object.entries(fields);
  for (let i = 0; i < length; i++) {
    const numbers = columns.filter(([, column]) => !Number.isNaN(column[i]!));
    if (numbers.length === 0) continue;
    yield {
      measurement,
      series: series[i]!,
      time: time[i]!,
      tags,
      values: { ...labels, ...Object.fromEntries(numbers.map(([name, column]) => [name, column[i]!])) },
    };
  }
}

/** A sink like InfluxDB's: written over the simulated network, as often as it takes. */
export class SimSink implements Sink {
  readonly name = 'simulated bucket';
  readonly #process: SimProcess;
  readonly #network: SimNetwork;
  readonly #bucket: SimBucket;

  constructor(process: SimProcess, network: SimNetwork, bucket: SimBucket) {
    this.#process = process;
    this.#network = network;
    this.#bucket = bucket;
  }

  check(): Promise<readonly string[]> {
    return Promise.resolve(['points are kept in memory']);
  }

  async write(blocks: readonly Points[], stop: AbortSignal): Promise<readonly DeadLetter[]> {
    const points = blocks.flatMap((block) => [...pointsOf(block)]);
    const perform = (): void => {
      for (const point of points) this.#bucket.put(point);
    };
    while (points.length > 0) {
      stop.throwIfAborted();
      try {
        await this.#network.ask(
          this.#process,
          'sink.write',
          perform,
          () => new Error('the bucket does not answer'),
        );
        break;
      } catch {
        await new Promise<void>((resolve) => {
          setTimeout(resolve, PAUSE);
        });
      }
    }
    return [];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
