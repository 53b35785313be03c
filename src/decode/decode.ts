import { concatMap, map, type OperatorFunction } from 'rxjs';
import { accountSlot } from '../account.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Batch } from '../source/source.ts';
import type { Decoder } from './decoder.ts';
import { Eviction, SeriesSettings } from './eviction.ts';
import { FrameInMaking, type FrameParts } from './frame-in-making.ts';

/**
 * Records to readings: the first stage of every topology.
 *
 * 1. Every record becomes n >= 1 readings or one dead letter with its reason, and is counted.
 * 2. Of several channels those that are NaN were not observed; a reading needs at least one.
 * 3. A series that is new gets its row in Memory; where `maxStateBytes` leaves no room the record is a dead letter.
 * 4. With `evictAfter` series of which nothing comes leave Memory (see `Eviction`). A frame of its own tells so, between those of the records before and
 *    after, and when it has gone through all stages their rows are given up: whoever asks for the next frame has taken the one before through all of
 *    them, as topologies are synchronous. So no stage sees the state of one that comes back before its own record either: that begins a frame.
 */
export function decode(
  memory: Memory,
  decoder: Decoder,
  settings: SeriesSettings = SeriesSettings.parse({}),
): OperatorFunction<Batch, Frame> {
  const account = accountSlot(memory);
  const eviction = Eviction.of(memory, settings);
  const parts = { memory, decoder, account, eviction };
  if (eviction) return concatMap((batch) => decodeEvicting(batch, parts, eviction));
  return map(({ records, command }) => {
    const making = new FrameInMaking(parts);
    for (const record of records) making.take(record, making.read(record));
    return { ...making.end(), ...(command && { command }) };
  });
}

/** The frames of a batch from which series may leave: it makes no difference how records are cut into batches. */
function* decodeEvicting(
  { records, command }: Batch,
  parts: FrameParts,
  eviction: Eviction,
): Generator<Frame> {
  let making = new FrameInMaking(parts);

  function* look(time: number, offset: number): Generator<Frame> {
    if (making.records > 0) yield making.end();
    making = new FrameInMaking(parts);
    const leaving = eviction.look(time, offset);
    if (leaving.length === 0) return;
    yield { ...new FrameInMaking(parts).end(), leaving };
    parts.memory.evict(leaving.map(({ series }) => series));
  }

  if (command?.kind === 'tick' && eviction.move(command.time)) yield* look(command.time, NaN);
  for (const record of records) {
    let refused = making.read(record);
    const time = refused ? -Infinity : making.newest;
    if (eviction.move(time)) {
      making.drop();
      yield* look(time, record.offset);
      refused = making.read(record);
    }
    if (!refused && making.records > 0 && making.bringsBack) {
      making.drop();
      yield making.end();
      making = new FrameInMaking(parts);
      refused = making.read(record);
    }
    making.take(record, refused);
  }
  yield { ...making.end(), ...(command && { command }) };
}
