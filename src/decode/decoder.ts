import type { DeadReason } from '../frame.ts';
import type { SourceRecord } from '../source/source.ts';
import type { Readings } from './readings.ts';

/** Why a record cannot be decoded. */
export interface Refusal {
  /** No record of its format; one that lacks a field; one whose field holds what it may not. */
  readonly reason: Extract<DeadReason, 'malformed' | 'missing' | 'invalid'>;
  /** `time: expected milliseconds or an ISO date, got "yesterday"` */
  readonly detail: string;
}

/**
 * Turns one record into n >= 1 readings, or says why it cannot. Compiled once from the settings; checks every field of every
 * record by hand (a zod parse a message would cost more than the cell).
 */
export interface Decoder {
  /** Names of the channels of every series; `['']` for series of one number. */
  readonly channels: readonly string[];
  /** How many of them, the last ones, are known ahead of their time: they say nothing of how late it is. Left out: none. */
  readonly ahead?: number;
  /**
   * Adds the record's readings to `out`. On a refusal the caller removes what was added: a record is used whole or not at all.
   * Never throws, whatever the bytes.
   */
  decode(record: SourceRecord, out: Readings): Refusal | undefined;
  /**
   * Of a decoder that needs more than the record: fetches what decoding these needs, and is awaited before any of them is decoded. Waits, as
   * long as it takes, for a service that is away; rejects with the signal's reason when that comes first.
   */
  readonly prepare?: (records: readonly SourceRecord[], stop: AbortSignal) => Promise<void>;
  /** Reaches the service that `prepare` asks, and says what it found, one line each. */
  readonly check?: () => Promise<readonly string[]>;
}
