import { z } from 'zod';
import { KafkaStoreSettings } from './kafka-settings.ts';
import { SqliteSettings } from './sqlite.ts';

/** Where state, position and outputs are kept. */
export const StoreSettings = z
  .strictObject({
    kind: z
      .enum(['sqlite', 'kafka'])
      .optional()
      .describe(
        'sqlite: a file, for one process; kafka: topics of the brokers of the input, for any number of processes. Default: kafka for a Kafka input without an end, else sqlite',
      ),
    ...SqliteSettings.shape,
    ...KafkaStoreSettings.shape,
  })
  .prefault({});
export type StoreSettings = z.output<typeof StoreSettings>;
