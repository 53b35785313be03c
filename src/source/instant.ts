import { z } from 'zod';
import { iso8601 } from '../decode/iso8601.ts';
import { timeFault } from '../decode/readings.ts';

const EXPECTED = 'expected an ISO 8601 date such as 2026-01-31T12:00:00Z, or milliseconds since 1970';

/** An instant in settings: an ISO 8601 date (UTC where it names no zone) or ms since 1970 in, ms out. */
export const Instant = z
  .union([z.number(), z.string()], { error: EXPECTED })
  .transform((written, context): number => {
    const time = typeof written === 'number' ? written : iso8601(written);
    const fault = timeFault(time);
    if (fault === undefined) return time;
    context.addIssue({
      code: 'custom',
      message: Number.isFinite(time) ? fault : EXPECTED,
      input: written,
    });
    return z.NEVER;
  });

/** Adds the fault of a range [from, to) that holds no instant. */
export function checkOrder(
  { from, to }: { readonly from?: unknown; readonly to?: unknown },
  context: z.core.$RefinementCtx,
): void {
  if (typeof from !== 'number' || typeof to !== 'number' || from < to) return;
  context.addIssue({ code: 'custom', path: ['to'], message: 'expected an instant after from', input: to });
}
