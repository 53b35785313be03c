import { randomUUID } from 'node:crypto';
import { ForetideError } from '../errors.ts';
import { type LastCommit, LastMeta, MismatchError, type OtherCommit } from './kafka-meta.ts';
import type { PartitionParts } from './kafka-partition.ts';
import { Restore, RowSums } from './kafka-restore.ts';
import { decodeState, encodeState, shortFingerprint, type StateKind } from './kafka-state.ts';
import type { KafkaWriter } from './kafka-writer.ts';
import type { StateMeaning } from './meaning.ts';
import { migrationOf } from './migrate.ts';
import { PromotedError } from './promoted-error.ts';
import type { Restoring } from './store.ts';
import { tellMigration } from './tell-migration.ts';

/** The state that a partition was opened with. */
export interface OpenedState extends LastCommit {
  /** Of the rows that were restored. */
  readonly sums: RowSums;
  /** Keys of rows that are there under the letters of generations: see `Restore`. */
  readonly keys?: Restore['keys'];
  /** Whether it was written otherwise than it goes on: the first commit is to write all of it. */
  readonly isMigrated?: boolean;
}

/** What is opened. */
export interface Opening {
  readonly parts: PartitionParts;
  readonly partition: number;
  readonly fingerprint: string;
  /** What the fingerprint is made of, where that is known. */
  readonly meaning: StateMeaning | undefined;
  readonly writer: KafkaWriter;
}

/** What the state that is there was written with. */
type Written = Pick<OtherCommit, 'fingerprint' | 'mode'>;

/**
 * Makes a partition ours and restores its state.
 *
 * 1. A sentinel, in a transaction: it fences whoever had the partition before, and settles what was left under way.
 * 2. The changelog is read up to the sentinel; with generations twice: for the last whole one, then for its rows.
 * 3. That something is wrong with it is said only when a second sentinel has shown that the partition is still ours: to one that was held up
 *    for long, what the next owner has written since, and what compaction has removed for that, looks like damage.
 * 4. State of another fingerprint or mode that is to be migrated is read once more, as it was written; nothing is written for it.
 *
 * @throws ForetideError STATE_MISMATCH, STATE_CORRUPT, STORE_UNSETTLED, STORE_FAILED; PartitionLost
 */
export async function openState(opening: Opening, into: Restoring): Promise<OpenedState> {
  const { parts, partition, fingerprint } = opening;
  const { settings, topics, log } = parts;
  const sentinel = Buffer.from(randomUUID());
  await put(opening, 'sentinel', 0, sentinel);
  try {
    const state = await restore(opening, { fingerprint, mode: settings.mode }, sentinel, into);
    if (state.commit === 0) await mustBeNew(opening);
    return state;
  } catch (error) {
    if (error instanceof ForetideError && !error.canRetry) await put(opening, 'sentinel', 0, sentinel);
    if (!(error instanceof MismatchError)) throw error;
    const { promoted } = error.other.meaning ?? {};
    if (promoted?.base === fingerprint) throw new PromotedError(promoted, whereOf(opening));
    if (settings.onMismatch === 'refuse') throw error;
    into.clear();
    if (settings.onMismatch === 'migrate') return migrate(opening, error, sentinel, into);
    log.warn({ partition, topic: topics.changelog }, `${error.message}: reset, the partition begins anew`);
    const commit = error.other.commit + 1;
    const stamp = Math.max(error.other.stamp, commit);
    await put(opening, 'reset', commit, new Uint8Array(0));
    return { meta: undefined, commit, stamp, hasMeaning: false, sums: new RowSums() };
  }
}

/** State as it was written goes on as it is wanted now. */
async function migrate(
  opening: Opening,
  mismatch: MismatchError,
  sentinel: Uint8Array,
  into: Restoring,
): Promise<OpenedState> {
  const { parts, partition, fingerprint, meaning } = opening;
  const { other } = mismatch;
  if (shortFingerprint(fingerprint) === other.fingerprint) {
    parts.log.info(
      { partition, mode: parts.settings.mode },
      `State written in mode ${other.mode} goes on here`,
    );
    return { ...(await restore(opening, other, sentinel, into)), isMigrated: true };
  }
  if (!other.meaning || !meaning) {
    throw new ForetideError('STATE_MISMATCH', {
      ...mismatch.facts,
      got: `${mismatch.facts.got}, without a word of what it is made of`,
      todo: 'Start once with the settings that wrote it: the first commit keeps what is needed. Or start with --fresh to begin anew.',
    });
  }
  const migration = migrationOf(other.meaning, meaning, whereOf(opening));
  tellMigration(parts.log, partition, migration);
  const state = await restore(opening, other, sentinel, migration.into(into));
  return { ...state, isMigrated: true, hasMeaning: false };
}

function whereOf({ parts, partition }: Opening): string {
  return `${parts.topics.changelog}/${partition}`;
}

/** Reads the state that was written so, up to the sentinel. */
async function restore(
  opening: Opening,
  { fingerprint, mode }: Written,
  sentinel: Uint8Array,
  into: Restoring,
): Promise<OpenedState> {
  const { parts, partition } = opening;
  const where = whereOf(opening);
  if (mode === 'rows') {
    const rows = new Restore(where, sentinel, fingerprint, into);
    await parts.changelog.read(partition, (record) => rows.take(record));
    return { ...rows.end(), sums: rows.sums };
  }
  const found = new LastMeta(where, fingerprint, mode);
  await parts.changelog.read(partition, ({ key, value, offset }) => {
    if (value === null) return false;
    const record = decodeState(key, value, `${where}@${offset}`);
    if (record.kind === 'sentinel') return Buffer.compare(record.bytes, sentinel) === 0;
    found.take(record);
    return false;
  });
  const last = found.end();
  if (!last.meta?.generation) return { ...last, sums: new RowSums() };
  const rows = new Restore(where, sentinel, fingerprint, into, last.meta.generation.stamp);
  await parts.changelog.read(partition, (record) => rows.take(record));
  return { ...rows.end(), stamp: last.stamp, sums: rows.sums, keys: rows.keys };
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
