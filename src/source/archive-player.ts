import { setImmediate as turn } from 'node:timers/promises';
import type { Archive } from './archive.ts';
import { recordBytes } from './archive-record.ts';
import { shrunk, walk } from './archive-walk.ts';
import type { Batch, SourceHandler } from './source.ts';

/** Records that are handed over at a time. */
const SLICE = 512;

interface Slice {
  readonly batch: Batch;
  /** Share of the archive's time that lies behind, 0 to 1. */
  readonly share: number;
}

/**
 * Hands archives over as the partitions of a source, at full speed and taking turns. The offset of a reading is its place in the
 * order of its archive, from 0.
 */
export class ArchivePlayer {
  /** Share of each partition that has been handed over. */
  readonly #shares = new Map<number, number>();

  /** 0 before the first is opened, 1 at the end of all. */
  progress(): number {
    const shares = [...this.#shares.values()];
    return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
  }

  /** @see Source.run */
  async run(archives: readonly Archive[], handler: SourceHandler, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return;
    for (const { partition } of archives) this.#shares.set(partition, 0);
    let open: AsyncGenerator<Slice>[] = [];
    for (const archive of archives) open.push(slices(archive, (await handler.open(archive.partition)) ?? 0));
    while (open.length > 0) {
      const left: AsyncGenerator<Slice>[] = [];
      for (const reader of open) {
        const slice = await nextOf(reader, stop);
        if (stop.aborted) return;
        if (slice === undefined) continue;
        await handler.handle(slice.batch);
        this.#shares.set(slice.batch.partition, slice.share);
        left.push(reader);
        // nothing here need ever wait for the outside: timers, signals and the page are to have their turn
        await turn();
      }
      open = left;
    }
    for (const { partition } of archives) this.#shares.set(partition, 1);
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

async function* slices(archive: Archive, from: number): AsyncGenerator<Slice> {
  const { partition, name } = archive;
  const extent = await archive.extent();
  if (extent === undefined) {
    if (from > 0) throw shrunk(name, from, 0);
    return;
  }
  const { first, last } = extent;
  let offset = from;
  for await (const readings of walk(archive, extent, from)) {
    for (let at = 0; at < readings.length; at += SLICE) {
      const part = readings.slice(at, at + SLICE);
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
