import kafkajs from 'kafkajs';
import { tap } from 'rxjs';
import liveForecast from '../../pipelines/live-forecast.ts';
import type { Stopwatch } from './stopwatch.ts';

/** The floor: fetch and parse, as short as it can be written. */
export async function consumeTimed(
  stopwatch: Stopwatch,
  brokers: readonly string[],
  topic: string,
  group: string,
): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const { promise: through, resolve } = Promise.withResolvers<void>();
  await consumer.run({
    eachBatch: ({ batch: { messages } }) => {
      stopwatch.start();
      for (const { value } of messages) JSON.parse(value!.toString());
      stopwatch.add(messages.length);
      if (stopwatch.isThrough) resolve();
      return Promise.resolve();
    },
  });
  await through;
}

/** live-forecast, whose topology is timed: from the first record into it to the last frame out of it. */
export function timed(stopwatch: Stopwatch): typeof liveForecast {
  return {
    ...liveForecast,
    topology: (given, parts) => {
      const topology = liveForecast.topology(given, parts);
      return (source) =>
        source.pipe(
          tap(() => stopwatch.start()),
          topology,
          tap(({ records }) => stopwatch.add(records)),
        );
    },
  };
}
