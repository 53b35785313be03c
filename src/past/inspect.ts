import { standingAlerts, type StandingAlert } from '../alert/standing.ts';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { silentLog } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Task } from '../run/task.ts';
import type { Points } from '../sink/points.ts';
import { type Overlaid, rerun, type RerunObserver } from '../verify/rerun.ts';
import { pastRanges } from './past-ranges.ts';

export interface InspectOptions {
  readonly pipeline: Pipeline;
  /** Of the run. */
  readonly settings: RunSettings;
  readonly series: string;
  /** Event time, ms; default: as of what the run has committed. */
  readonly at?: number | undefined;
  /** The settings with something over them, for history with promotions. Left out: such cannot be looked into. */
  readonly overlaid?: Overlaid | undefined;
  readonly log?: Log;
}

/** An output of a series. */
export interface PastOutput {
  readonly measurement: Points['measurement'];
  /** ms; of a forecast its target's */
  readonly time: number;
  /** Of a channel the name with it. */
  readonly series: string;
  readonly tags: Readonly<Record<string, string>>;
  /** null: none */
  readonly fields: Readonly<Record<string, number | null>>;
}

/** A series as it stood. */
export interface PastSeries {
  readonly series: string;
  readonly partition: number;
  /** The offset of the partition's next record, and its newest event time, ms. */
  readonly position: number;
  readonly watermark: number;
  /** Position of the snapshot that the way began at; null: it began at the beginning. */
  readonly from: number | null;
  /** All that the series' state is, by slots. */
  readonly state: Readonly<Record<string, readonly number[]>>;
  readonly alert: StandingAlert | null;
  /** What came of the newest reading of the way, of each measurement; nothing where the snapshot stood at `at` already. */
  readonly outputs: readonly PastOutput[];
}

/**
 * What a series' state was at an instant, by running what the run has taken in again from the nearest snapshot before. Nothing is changed, and the run
 * may go on meanwhile.
 *
 * @throws ForetideError SERIES_UNKNOWN; whatever `rerun` and `pastRanges` throw
 */
export async function inspect(options: InspectOptions): Promise<PastSeries> {
  const { pipeline, series, at = Infinity, overlaid, log = silentLog } = options;
  const past = await pastRanges(pipeline.name, options.settings, { at, log });
  const observer = new SeriesObserver(series);
  try {
    const { settings, ranges } = past;
    await rerun({ pipeline, settings, ranges, observer, overlaid, log });
  } finally {
    past.close();
  }
  const { found } = observer;
  if (!found) throw unknownSeries(series, at);
  const { partition } = found;
  return { ...found, from: past.ranges.get(partition)!.restore ? past.ranges.get(partition)!.from : null };
}

class SeriesObserver implements RerunObserver {
  found: Omit<PastSeries, 'from'> | undefined;
  readonly #series: string;
  /** The newest of each measurement. */
  readonly #outputs = new Map<string, readonly PastOutput[]>();

  constructor(series: string) {
    this.#series = series;
  }

  take(_partition: number, blocks: readonly Points[]): boolean {
    const newest = new Map<string, PastOutput[]>();
    for (const block of blocks)
      for (const output of this.#outputsOf(block)) {
        const some = newest.get(block.measurement) ?? [];
        newest.set(block.measurement, some);
        some.push(output);
      }
    for (const [measurement, some] of newest) this.#outputs.set(measurement, some);
    return false;
  }

  takeDead(): boolean {
    return false;
  }

  ended({ partition, memory, position, watermark }: Task): void {
    const row = memory.find(this.#series);
    if (row === undefined) return;
    const alert = standingAlerts(memory).find(({ series }) => series === this.#series) ?? null;
    this.found = {
      series: this.#series,
      partition,
      position: position ?? 0,
      watermark,
      state: memory.numbers(row),
      alert,
      outputs: [...this.#outputs.values()].flat(),
    };
  }

  *#outputsOf({ measurement, length, series, time, tags, fields }: Points): Generator<PastOutput> {
    for (let i = 0; i < length; i++) {
      const name = series[i]!;
      if (name !== this.#series && !name.startsWith(`${this.#series}.`)) continue;
      const numbers = Object.entries(fields).map(([key, column]) => {
        const number = column[i]!;
        return [key, Number.isNaN(number) ? null : number] as const;
      });
      yield { measurement, time: time[i]!, series: name, tags, fields: Object.fromEntries(numbers) };
    }
  }
}

function unknownSeries(series: string, at: number): ForetideError {
  return new ForetideError('SERIES_UNKNOWN', {
    what: 'No such series has come by then',
    got: series,
    ...(at < Infinity && { where: new Date(at).toISOString() }),
    todo: 'Name a series as it is in the outputs, of several channels without the channel.',
  });
}
