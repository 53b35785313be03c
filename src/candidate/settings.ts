import { z } from 'zod';
import { Duration } from '../duration.ts';

export const CandidateSettings = z
  .strictObject({
    burnIn: Duration.prefault('7d').describe(
      'Event time of history that a candidate takes in before it runs along: from the nearest snapshot before that, else from the beginning of what the input still has',
    ),
    promote: z
      .strictObject({
        by: z
          .enum(['hand', 'rule'])
          .default('hand')
          .describe('Whether a candidate takes over when it is told to, or as soon as the rule holds'),
        after: z
          .int()
          .min(1)
          .default(2000)
          .describe('rule: readings on which both were scored, at the shortest horizon'),
        better: z
          .number()
          .min(0)
          .max(1)
          .default(0.02)
          .describe('rule: share by which its errors are to be smaller, all horizons and series together'),
      })
      .prefault({}),
  })
  .prefault({});
export type CandidateSettings = z.output<typeof CandidateSettings>;
