import type { Refusal } from './decoder.ts';
import { shown } from './shown.ts';

/** The bytes are not of the format. */
export function malformed(detail: string): Refusal {
  return { reason: 'malformed', detail };
}

/** Something that is needed is not there. */
export function missing(detail: string): Refusal {
  return { reason: 'missing', detail };
}

/** Something is there and cannot be used. */
export function invalid(detail: string): Refusal {
  return { reason: 'invalid', detail };
}

/** `name: expected …, got …`, and the reason: `missing` for a value that is null or absent, else `invalid`. */
export function unusable(name: string, expected: string, got: unknown): Refusal {
  return (got === undefined || got === null ? missing : invalid)(
    `${name}: expected ${expected}, got ${shown(got)}`,
  );
}

/** Puts where it happened before a refusal's detail. */
export function at(where: string, { reason, detail }: Refusal): Refusal {
  return { reason, detail: where + detail };
}

export function isRefusal(result: object): result is Refusal {
  return 'reason' in result;
}
