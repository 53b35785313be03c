import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ForetideError } from '../errors.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Count = z.int().min(0);

/** What an epoch came to: means of the loss's terms. */
export const EpochResult = z.strictObject({
  /** Before each update, over the windows that are learned from; null where no update had a finite one. */
  loss: z.number().nullable(),
  /** After the epoch, over those that are validated with; null without such, and where it is not finite. */
  validation: z.number().nullable(),
});
export type EpochResult = z.infer<typeof EpochResult>;

/** How far a training has come. */
export const Position = z.strictObject({
  /** Those that are over. */
  epochs: z.array(EpochResult),
  /** Updates made in the one that is under way. */
  batches: Count,
  /** Sum of the loss's terms in it, and their number. */
  sum: z.number(),
  terms: z.number(),
  /** The epoch that was best, from 1 on; 0: none yet. */
  best: Count,
});
export type Position = z.infer<typeof Position>;

const Header = z.strictObject({
  foretide: z.literal('checkpoint'),
  version: z.literal(1),
  settings: z.record(z.string(), z.json()),
  data: Hash,
  position: Position,
  sizes: z.tuple([Count, Count]),
});

/** All that a training needs to go on with the same bytes. */
export interface Checkpoint {
  /** What the result depends on, by path: `train.rate`. */
  readonly settings: Readonly<Record<string, z.core.util.JSONType>>;
  /** Fingerprint of the training set. */
  readonly data: string;
  readonly position: Position;
  /** The trainer as it is, and as it was after the best epoch (no bytes before the first). */
  readonly state: Uint8Array;
  readonly best: Uint8Array;
}

/** Bytes of the SHA-256 that a file ends with. */
const DIGEST = 32;

/** A line of JSON, the bytes of `state` and `best`, then the SHA-256 of all that. */
export function packCheckpoint({ settings, data, position, state, best }: Checkpoint): Uint8Array {
  const header: z.infer<typeof Header> = {
    foretide: 'checkpoint',
    version: 1,
    settings,
    data,
    position,
    sizes: [state.length, best.length],
  };
  const whole = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), state, best]);
  return Buffer.concat([whole, digestOf(whole)]);
}

/**
 * Reads what `packCheckpoint` wrote.
 *
 * @param where the file's name, for errors
 * @throws ForetideError STATE_CORRUPT where it is not such, or not whole
 */
export function unpackCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  const corrupt = (expected: string, got: string): ForetideError =>
    new ForetideError('STATE_CORRUPT', {
      what: 'This is no checkpoint of a training',
      expected,
      got,
      where,
      todo: 'Train without --resume: it begins anew.',
    });
  const whole = bytes.subarray(0, Math.max(0, bytes.length - DIGEST));
  const end = whole.indexOf(10);
  const { success, data: header } = Header.safeParse(jsonOf(whole.subarray(0, Math.max(0, end))));
  if (!success) throw corrupt('a first line that describes it', 'something else');
  if (!digestOf(whole).equals(bytes.subarray(whole.length)))
    throw corrupt('the SHA-256 of its bytes at its end', 'another: it is damaged, or not whole');
  const { settings, data, position, sizes } = header;
  const middle = end + 1 + sizes[0];
  return { settings, data, position, state: whole.subarray(end + 1, middle), best: whole.subarray(middle) };
}

/**
 * Refuses to go on with other settings or other data: the result would be that of neither.
 *
 * @throws ForetideError STATE_MISMATCH
 */
export function checkContinues(
  checkpoint: Checkpoint,
  now: Pick<Checkpoint, 'settings' | 'data'>,
  where: string,
): void {
  const mismatch = (what: string, expected: string, got: string): ForetideError =>
    new ForetideError('STATE_MISMATCH', {
      what,
      expected,
      got,
      where,
      todo: 'Train with what the checkpoint was made with, or without --resume: it begins anew.',
    });
  const shown = (settings: Checkpoint['settings'], path: string): string =>
    `${path} ${path in settings ? JSON.stringify(settings[path]) : 'absent'}`;
  const paths = [...new Set([...Object.keys(checkpoint.settings), ...Object.keys(now.settings)])];
  const others = paths.filter((path) => shown(checkpoint.settings, path) !== shown(now.settings, path));
  if (others.length > 0) {
    throw mismatch(
      'The checkpoint is of a training with other settings',
      others.map((path) => shown(checkpoint.settings, path)).join(', '),
      others.map((path) => shown(now.settings, path)).join(', '),
    );
  }
  if (checkpoint.data === now.data) return;
  throw mismatch(
    'The checkpoint is of a training on other readings',
    `data of fingerprint ${checkpoint.data.slice(0, 12)}`,
    now.data.slice(0, 12),
  );
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
