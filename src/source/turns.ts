import { setImmediate as turn } from 'node:timers/promises';
import type { Batch, SourceHandler } from './source.ts';

/** Records that are handed over at a time, unless the handler says otherwise. */
const SLICE = 512;

/** What is read of one partition. */
export interface Track {
  readonly partition: number;
  /** The next records, at most so many; undefined at the end. */
  next(most: number): Promise<Batch | undefined>;
  /** They have been taken in. */
  taken(): void;
}

/**
 * Hands over what several tracks have: in turns, one batch at a time; or, to a handler that merges them, each by itself.
 *
 * Nothing here need ever wait for the outside: timers, signals and the page have their turn after every batch.
 */
export async function play(
  tracks: readonly Track[],
  handler: SourceHandler,
  stop: AbortSignal,
): Promise<void> {
  let hasFailed = false;
  /** Whether the track may have more. */
  const hand = async (track: Track): Promise<boolean> => {
    const batch = await track.next(handler.merges?.() ?? SLICE);
    if (stop.aborted || hasFailed) return false;
    if (batch === undefined) {
      await handler.end?.(track.partition);
      return false;
    }
    await handler.handle(batch);
    track.taken();
    await turn();
    return !stop.aborted;
  };
  if (handler.merges === undefined) {
    let open = tracks;
    while (open.length > 0) {
      const left: Track[] = [];
      for (const track of open) if (await hand(track)) left.push(track);
      open = left;
    }
    return;
  }
  await Promise.all(
    tracks.map(async (track) => {
      try {
        while (await hand(track));
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }),
  );
}
