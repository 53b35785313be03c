import { z } from 'zod';

import type { Claim } from './share-out.ts';

/** The claim of a member that has none. */
export const NO_CLAIM: Claim = { generation: 0, partitions: [] };

const Written = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue('expected JSON');
      return z.NEVER;
    }
  })
  .pipe(
    z.object({
      version: z.literal(1),
      generation: z.int().min(0),
      partitions: z.array(z.int().min(0)),
    }),
  );

/** A claim as it travels in the user data of a group's protocol: JSON. */
export function claimBytes({ generation, partitions }: Claim): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, generation, partitions }));
}

/** The claim in another member's user data; none when it is not one, whoever wrote it. */
export function claimOf(userData: Uint8Array | null): Claim {
  if (userData === null) return NO_CLAIM;
  const { success, data } = Written.safeParse(Buffer.from(userData).toString());
  return success ? { generation: data.generation, partitions: data.partitions } : NO_CLAIM;
}
