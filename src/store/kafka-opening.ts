import { randomUUID } from 'node:crypto';
import { ForetideError } from '../errors.ts';
import { type LastCommit, LastMeta, MismatchError } from './kafka-meta.ts';
import type { PartitionParts } from './kafka-partition.ts';
import { Restore, RowSums } from './kafka-restore.ts';
import { decodeState, encodeState, type StateKind } from './kafka-state.ts';
import type { KafkaWriter } from './kafka-writer.ts';
import type { Restoring } from './store.ts';

/** The state that a partition was opened with. */
export interface OpenedState extends LastCommit {
  /** Of the rows that were restored. */
  readonly sums: RowSums;
}

/** What is opened. */
export interface Opening {
  readonly parts: PartitionParts;
  readonly partition: number;
  readonly fingerprint: string;
  readonly writer: KafkaWriter;
}

/**
 * Makes a partition ours and restores its state.
 *
 * 1. A sentinel, in a transaction: it fences whoever had the partition before, and settles what was left under way.
 * 2. The changelog is read up to the sentinel; with generations twice: for the last whole one, then for its rows.
 * 3. That something is wrong with it is said only when a second sentinel has shown that the partition is still ours: to one that was held up
 *    for long, what the next owner has written since, and what compaction has removed for that, looks like damage.
 *
 * @throws ForetideError STATE_MISMATCH, STATE_CORRUPT, STORE_UNSETTLED, STORE_FAILED; PartitionLost
 */
export async function openState(opening: Opening, into: Restoring): Promise<OpenedState> {
  const { parts, partition, fingerprint } = opening;
  const { settings, topics, log } = parts;
  const where = `${topics.changelog}/${partition}`;
  const sentinel = Buffer.from(randomUUID());
  await put(opening, 'sentinel', 0, sentinel);
  try {
    const state =
      settings.mode === 'rows'
        ? await restoreRows(opening, sentinel, into)
        : await restoreGeneration(opening, sentinel, into);
    if (state.commit === 0) await mustBeNew(opening);
    return state;
  } catch (error) {
    if (error instanceof ForetideError && !error.canRetry) await put(opening, 'sentinel', 0, sentinel);
    if (!(error instanceof MismatchError) || settings.onMismatch === 'refuse') throw error;
    log.warn({ partition, topic: topics.changelog }, `${error.message}: reset, the partition begins anew`);
    const { commit, stamp } = error;
    await put(opening, 'reset', commit + 1, new Uint8Array(0));
    into.clear();
    return { meta: undefined, commit: commit + 1, stamp: Math.max(stamp, commit + 1), sums: new RowSums() };
  }

  async function restoreRows(of: Opening, until: Uint8Array, to: Restoring): Promise<OpenedState> {
    const restore = new Restore(where, until, of.fingerprint, to);
    await parts.changelog.read(partition, (record) => restore.take(record));
    const last = restore.end();
    return { ...last, sums: restore.sums };
  }

  async function restoreGeneration(of: Opening, until: Uint8Array, to: Restoring): Promise<OpenedState> {
    const found = new LastMeta(where, fingerprint, 'generations');
    await parts.changelog.read(partition, ({ key, value, offset }) => {
      if (value === null) return false;
      const record = decodeState(key, value, `${where}@${offset}`);
      if (record.kind === 'sentinel') return Buffer.compare(record.bytes, until) === 0;
      found.take(record);
      return false;
    });
    const last = found.end();
    if (!last.meta?.generation) return { ...last, sums: new RowSums() };
    const restore = new Restore(where, until, of.fingerprint, to, last.meta.generation.stamp);
    await parts.changelog.read(partition, (record) => restore.take(record));
    return { ...restore.end(), stamp: last.stamp, sums: restore.sums };
  }
}

function put(
  { parts, fingerprint, writer }: Opening,
  kind: StateKind,
  commit: number,
  bytes: Uint8Array,
): Promise<void> {
  const messages = encodeState({ kind, fingerprint, commit, bytes });
  return writer.write({ writes: [{ topic: parts.topics.changelog, messages }] });
}

/**
 * An empty changelog beside a group that has got somewhere: the state is lost, or another topic was meant.
 *
 * @throws ForetideError STATE_CORRUPT; STORE_UNSETTLED where the partition is another's by now
 */
async function mustBeNew(opening: Opening): Promise<void> {
  const { parts, partition } = opening;
  const { ask, group, input, topics } = parts;
  const told = await ask((admin) => admin.fetchOffsets({ groupId: group, topics: [input] }));
  const offset = told[0]?.partitions.find((one) => one.partition === partition)?.offset;
  if (offset === undefined || Number(offset) <= 0) return;
  // whoever got the partition in between has begun, and read on: then this is refused, and to be tried again
  await put(opening, 'sentinel', 0, Buffer.from(randomUUID()));
  throw new ForetideError('STATE_CORRUPT', {
    what: 'The changelog holds no state, but the group has read on',
    expected: `no offset of group ${group}`,
    got: offset,
    where: `${topics.changelog}/${partition}`,
    todo: 'Name the topic that holds the state with store.topic, or another input.group; --fresh begins anew.',
  });
}
