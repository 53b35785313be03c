// Stands for the sensors of a demo: publishes the bundled weather recording to a topic, at RATE readings a second, and waits
// for SIGTERM at its end. A reading is {"sensor":"EWR.temp","time":"2013-01-01T06:00:00Z","value":39.02}, keyed by its sensor.
// Started again, it goes on where it stopped: what each partition has ever held is skipped, so nothing else may write to it.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import kafkajs from 'kafkajs';
import { patchKafkajs } from '../src/source/kafkajs-patch.ts';

const { BROKERS = '127.0.0.1:9092', TOPIC = 'readings', RATE = '250' } = process.env;
const rate = Number(RATE);
if (!(rate > 0)) throw new Error(`RATE: expected a number above 0, got ${RATE}`);

const AIRPORTS = ['EWR', 'JFK', 'LGA'];
const FIELDS = ['temp', 'dewp', 'humid', 'wind_speed', 'pressure'];
const TICK_MS = 100;

/** Every reading of the recording in order of time; empty cells are none. */
function readings() {
  const rows = AIRPORTS.flatMap((airport) => {
    const file = new URL(`../pipelines/recordings/nyc-weather-${airport}.csv`, import.meta.url);
    return parse(readFileSync(file), { columns: true });
  });
  return rows
    .toSorted((a, b) => Date.parse(a.time_hour) - Date.parse(b.time_hour))
    .flatMap((row) =>
      FIELDS.filter((field) => row[field] !== '').map((field) => ({
        sensor: `${row.origin}.${field}`,
        time: row.time_hour,
        value: Number(row[field]),
      })),
    );
}

patchKafkajs();
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort());
const stopped = once(stop.signal, 'abort');

// What it logs by itself are attempts that it repeats; what it cannot repeat is thrown.
const kafka = new kafkajs.Kafka({
  clientId: 'sensors',
  brokers: BROKERS.split(','),
  logLevel: kafkajs.logLevel.NOTHING,
});
const admin = kafka.admin();
const producer = kafka.producer({
  allowAutoTopicCreation: false,
  idempotent: true,
  maxInFlightRequests: 1,
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
});
await Promise.all([admin.connect(), producer.connect()]);
const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
const skip = new Map(
  (await admin.fetchTopicOffsets(TOPIC)).map(({ partition, high }) => [partition, Number(high)]),
);
await admin.disconnect();

const partitionOf = kafkajs.Partitioners.DefaultPartitioner();
const todo = readings().flatMap((reading) => {
  const message = { key: reading.sensor, value: JSON.stringify(reading) };
  const partition = partitionOf({ topic: TOPIC, partitionMetadata: topics[0].partitions, message });
  const left = skip.get(partition);
  skip.set(partition, left - 1);
  return left > 0 ? [] : [{ partition, message }];
});
console.log(`${todo.length} readings to publish to ${TOPIC}, ${rate} a second`);

const start = performance.now();
let done = 0;
while (done < todo.length && !stop.signal.aborted) {
  const due = Math.min(todo.length, Math.ceil(((performance.now() - start) / 1000) * rate));
  const byPartition = Map.groupBy(todo.slice(done, due), ({ partition }) => partition);
  // one partition a send: kafkajs can lose what it sends to several at once when a broker fails
  await Promise.all(
    Array.from(byPartition, ([partition, ready]) =>
      producer.send({ topic: TOPIC, messages: ready.map(({ message }) => ({ ...message, partition })) }),
    ),
  );
  done = due;
  await sleep(TICK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
}
console.log(`${done} readings published`);
await producer.disconnect();
if (!stop.signal.aborted) {
  // Awaiting a signal alone does not keep Node up.
  const awake = setInterval(() => undefined, 1 << 30);
  await stopped;
  clearInterval(awake);
}
