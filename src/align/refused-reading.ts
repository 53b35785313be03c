import type { DeadLetter, Frame } from '../frame.ts';

/** The dead letter that a reading of a frame becomes which cannot be taken in. */
export function refusedReading(
  frame: Frame,
  i: number,
  { reason, expected }: { readonly reason: DeadLetter['reason']; readonly expected: string },
): DeadLetter {
  return {
    offset: frame.offset[i]!,
    reason,
    detail: `time ${frame.time[i]!}: expected ${expected}`,
    series: frame.name[i]!,
    bytes: frame.bytes[i]!,
  };
}
