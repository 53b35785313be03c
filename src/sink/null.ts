import type { DeadLetter } from '../frame.ts';
import type { Points } from './points.ts';
import type { Sink } from './sink.ts';

/** Counts points and drops them: for benchmarks, and for runs whose outputs nobody wants. */
export class NullSink implements Sink {
  readonly name = 'nothing';
  /** Rows that have been written so far. */
  count = 0;

  async check(): Promise<readonly string[]> {
    return ['points are counted and dropped'];
  }

  async write(points: readonly Points[], stop: AbortSignal): Promise<readonly DeadLetter[]> {
    stop.throwIfAborted();
    for (const { length } of points) this.count += length;
    return [];
  }

  async close(): Promise<void> {}
}
