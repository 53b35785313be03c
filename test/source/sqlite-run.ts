import { SqliteStore } from '../../src/store/sqlite.ts';

/** A reading as it is to stand in the table: partition, series, time in ms, value. */
export type StoredReading = readonly [partition: number, series: string, time: number, value: number];

/** A run's store at `path`, through which the tests write what a run would have written. */
export class RecordedRun {
  readonly #store: SqliteStore;

  constructor(path: string) {
    this.#store = new SqliteStore(path, { retention: 1e15 });
  }

  /** Commits readings of any partitions. */
  async write(readings: readonly StoredReading[]): Promise<this> {
    for (const [partition, rows] of Map.groupBy(readings, ([each]) => each)) {
      await this.#store.commit({
        partition,
        next: rows.length,
        rows: [],
        allRows: () => [],
        commands: [],
        partitionSlots: new Uint8Array(),
        points: [
          {
            measurement: 'reading',
            length: rows.length,
            series: rows.map(([, series]) => series),
            time: Float64Array.from(rows, ([, , time]) => time),
            tags: {},
            fields: { value: Float64Array.from(rows, ([, , , value]) => value) },
            offset: new Float64Array(rows.length),
          },
        ],
        dead: [],
        watermark: 0,
        fingerprint: 'f',
      });
    }
    return this;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
