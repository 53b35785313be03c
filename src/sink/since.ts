import type { DeadLetter } from '../frame.ts';
import type { Points } from './points.ts';
import type { Sink } from './sink.ts';

/** A sink that is given no points of before an event time: what comes of a state of then may tell of the time before, too. */
export class SinkSince implements Sink {
  readonly name: string;
  readonly #sink: Sink;
  readonly #since: number;

  /** @param since ms */
  constructor(sink: Sink, since: number) {
    this.name = sink.name;
    this.#sink = sink;
    this.#since = since;
  }

  get outage(): Sink['outage'] {
    return this.#sink.outage;
  }

  check(): Promise<readonly string[]> {
    return this.#sink.check();
  }

  write(points: readonly Points[], stop: AbortSignal): Promise<readonly DeadLetter[]> {
    return this.#sink.write(
      points.map((block) => blockSince(block, this.#since)),
      stop,
    );
  }

  close(): Promise<void> {
    return this.#sink.close();
  }
}

/** The rows of a block from a time on. */
function blockSince(block: Points, since: number): Points {
  const rows = Array.from(block.time.keys()).filter((row) => block.time[row]! >= since);
  if (rows.length === block.length) return block;
  const picked = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row]!);
  return {
    ...block,
    length: rows.length,
    series: rows.map((row) => block.series[row]!),
    time: picked(block.time),
    fields: Object.fromEntries(Object.entries(block.fields).map(([name, column]) => [name, picked(column)])),
    offset: picked(block.offset),
  };
}
