import type { Command } from './command.ts';
import type { Leaving } from './decode/eviction.ts';

/**
 * A frame: n readings of one partition in arrival order, as columns. A single event is a frame of length 1.
 *
 * Stages add columns and keep the rows. After `align` no series stands twice in one frame, so that a stage may walk its
 * rows in any order and whatever a later stage wrote to Memory for a series' previous reading is there for its next.
 */
export interface Frame {
  /** n, the number of rows. */
  readonly length: number;
  /** Numbers in one reading: 1, or the number of channels of a series. */
  readonly channels: number;
  /** [channels] their names; `['']` for series of one number. */
  readonly channelNames: readonly string[];
  /** [n] row of the series in Memory. */
  readonly series: Int32Array;
  /** [n] name of the series. */
  readonly name: readonly string[];
  /** [n] event time, milliseconds since 1970-01-01T00:00Z; fractions down to a microsecond. */
  readonly time: Float64Array;
  /**
   * [n × channels] what was observed; NaN for a channel that was not observed in this reading, else finite. Of each reading at least one
   * channel was observed: where it has only one, that is never NaN.
   */
  readonly value: Float64Array;
  /** [n] offset of the record that the row came from, exact up to 2^53. */
  readonly offset: Float64Array;
  /** [n] the record that the row came from, as it came: for the dead letter of a reading. */
  readonly bytes: readonly (Uint8Array | null)[];
  /** Records of the source that this frame accounts for: as readings or as dead letters. */
  readonly records: number;
  /** Records and readings that could not be used, each with its reason. */
  readonly dead: readonly DeadLetter[];
  /** Series that leave once this frame has gone through all stages, in a frame of its own, which has no rows. */
  readonly leaving?: readonly Leaving[];
  /** What takes effect here, in a frame of its own, which has no rows. */
  readonly command?: Command;
}

/** Why a record or a reading could not be used. */
export const DEAD_REASONS = [
  'malformed', // the bytes are not of the format
  'missing', // a field that is needed is not there
  'invalid', // a field is there and cannot be used
  'duplicate', // its series already has a reading of this time
  'late', // its series already has a newer reading, and it lies beyond the grace; or it may have one that nothing is known of any more
  'early', // it lies farther ahead than values that are known ahead are kept
  'state-limit', // a new series for which `maxStateBytes` leaves no room
  'rejected', // the sink's server refused what came of it
] as const;
/** Why a record, or a reading of it, was set aside: see `DEAD_REASONS`. */
export type DeadReason = (typeof DEAD_REASONS)[number];

/** A record (or one reading of it) that was set aside, with what is needed to look into it and to send it again. */
export interface DeadLetter {
  /** Of the record, in its partition. */
  readonly offset: number;
  /** Which kind of fault it is. */
  readonly reason: DeadReason;
  /** What exactly was wrong: expected …, got …. */
  readonly detail: string;
  /** The series, where it is known (`duplicate`, `late`, `early`). */
  readonly series: string;
  /** The record's bytes as they came; null for a record without a value. */
  readonly bytes: Uint8Array | null;
}
