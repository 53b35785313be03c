import { z } from 'zod';

/** How long a series is got to know before anything of it is novel, and what is told. */
export const NoveltySettings = z
  .strictObject({
    warmUp: z
      .int()
      .min(50)
      .max(1_000_000)
      .default(400)
      .describe(
        'Readings in which a series is got to know: the first alert for novelty comes after half of them. It is the measure of all that is counted in readings: they are looked at in blocks of a hundredth of it, and for a fifth of it after an alert only what is more novel is one',
      ),
    threshold: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.5)
      .describe('Score of novelty from which on a reading is told with the evidence'),
  })
  .prefault({});
export type NoveltySettings = z.infer<typeof NoveltySettings>;
