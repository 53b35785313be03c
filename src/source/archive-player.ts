import type { Archive } from './archive.ts';
import { recordBytes } from './archive-record.ts';
import { shrunk, walk } from './archive-walk.ts';
import type { Batch, SourceHandler, SourcePlace } from './source.ts';
import { play, type Track } from './turns.ts';

interface Slice {
  readonly batch: Batch;
  /** Share of the archive's time that lies behind, 0 to 1. */
  readonly share: number;
}

/**
 * Hands archives over as the partitions of a source; they take turns, unless the handler merges them. The offset of a reading is its place in the
 * order of its archive, from 0.
 */
export class ArchivePlayer {
  /** Share of each partition that has been handed over. */
  readonly #shares = new Map<number, number>();

  #begins: ReadonlyMap<number, SourcePlace> = new Map();

  /** @see Source.begins */
  begins(places: ReadonlyMap<number, SourcePlace>): void {
    this.#begins = places;
  }

  /** 0 before the first is opened, 1 at the end of all. */
  progress(): number {
    const shares = [...this.#shares.values()];
    return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
  }

  /** @see Source.run */
  async run(archives: readonly Archive[], handler: SourceHandler, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return;
    for (const { partition } of archives) this.#shares.set(partition, 0);
    const tracks: Track[] = [];
    for (const archive of archives)
      tracks.push(this.#track(archive, (await handler.open(archive.partition)) ?? 0, stop));
    await play(tracks, handler, stop);
    if (stop.aborted) return;
    for (const { partition } of archives) this.#shares.set(partition, 1);
  }

  #track(archive: Archive, from: number, stop: AbortSignal): Track {
    const { partition } = archive;
    let size = 0;
    let share = 0;
    const begin = this.#begins.get(partition)?.watermark ?? -Infinity;
    const reader = slices(archive, { from, begin, size: () => size });
    return {
      partition,
      next: async (most) => {
        size = most;
        const slice = await nextOf(reader, stop);
        share = slice?.share ?? share;
        return slice?.batch;
      },
      taken: () => {
        this.#shares.set(partition, share);
      },
    };
  }
}

/** The reader's next slice; undefined at its end, and where the stop has interrupted it. */
async function nextOf(reader: AsyncGenerator<Slice>, stop: AbortSignal): Promise<Slice | undefined> {
  try {
    const { value, done } = await reader.next();
    return done ? undefined : value;
  } catch (error) {
    if (stop.aborted) return undefined;
    throw error;
  }
}

/**
 * @param from readings at the beginning that are left out
 * @param begin event time that shares are counted from, ms; default: the first
 * @param size most readings of the next one
 */
async function* slices(
  archive: Archive,
  { from, begin, size }: { readonly from: number; readonly begin: number; readonly size: () => number },
): AsyncGenerator<Slice> {
  const { partition, name } = archive;
  const extent = await archive.extent();
  if (extent === undefined) {
    if (from > 0) throw shrunk(name, from, 0);
    return;
  }
  const { last } = extent;
  const first = Math.max(extent.first, begin);
  let offset = from;
  for await (const readings of walk(archive, extent, from)) {
    let at = 0;
    while (at < readings.length) {
      const part = readings.slice(at, at + size());
      at += part.length;
      const start = offset;
      const records = part.map((reading, i) => ({
        offset: start + i,
        key: null,
        value: recordBytes(reading),
      }));
      offset += part.length;
      const share = last > first ? (part.at(-1)!.time - first) / (last - first) : 1;
      yield { batch: { partition, records, next: offset }, share };
    }
  }
}
