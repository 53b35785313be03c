import { z } from 'zod';

export const MetricsSettings = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether metrics are served at /metrics, for Prometheus'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe(
        'Port of a server of their own, with /metrics and /health/… and nothing else; 0 takes a free one; default: they are on the server of the page',
      ),
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address of that server; 127.0.0.1 is reached from this machine only'),
    open: z.boolean().default(false).describe('Whether /metrics is answered without the token of the page'),
  })
  .prefault({});
export type MetricsSettings = z.output<typeof MetricsSettings>;
