import { z } from 'zod';

export const ForecastSettings = z
  .strictObject({
    learn: z
      .enum(['none', 'head'])
      .default('head')
      .describe("head: each series' readout learns from every reading; none: the model's own head, frozen"),
    store: z
      .array(z.int().min(1))
      .min(1)
      .default([1, 6, 12])
      .describe('Horizons whose forecasts are written out, in steps'),
    bandRate: z.number().gt(0).max(0.5).default(0.03).describe('Step size of the bands’ quantile tracking'),
  })
  .prefault({});
export type ForecastSettings = z.infer<typeof ForecastSettings>;
