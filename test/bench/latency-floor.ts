/** The floor of the latency bench, in a process of its own: kafkajs and `JSON.parse`, from when a reading was due to when it is parsed. */
import kafkajs from 'kafkajs';
import { giveResult, tellProgress } from './in-child.ts';
import { Latencies } from './latencies.ts';
import type { LatencyJob } from './latency-child.ts';
import { dueOf, preciseNow } from './rate-producer.ts';

const job = JSON.parse(process.argv[2]!) as LatencyJob;
const latencies = new Latencies();
const kafka = new kafkajs.Kafka({ brokers: [...job.brokers], logLevel: kafkajs.logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: job.group });
const { promise: through, resolve } = Promise.withResolvers<void>();
consumer.on(consumer.events.GROUP_JOIN, () => tellProgress('ready'));
await consumer.connect();
await consumer.subscribe({ topic: job.topic, fromBeginning: true });
let taken = 0;
await consumer.run({
  eachBatch: ({ batch: { messages } }) => {
    for (const { value } of messages) {
      JSON.parse(value!.toString());
      if (++taken > job.warm) latencies.add(preciseNow() - dueOf(value!));
    }
    if (taken >= job.count) resolve();
    return Promise.resolve();
  },
});
await through;
await giveResult(latencies.percentiles());
