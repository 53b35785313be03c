// Stands for the sensors of a demo: publishes the bundled weather recording to a topic, at RATE readings a second, then goes on where it ends, an
// hour a second, with a fault now and then, which it says. A reading is {"sensor":"EWR.temp","time":"2013-01-01T06:00:00Z","value":39.02}, keyed by
// its sensor. Started again, it goes on where it stopped: what each partition has ever held is skipped, so nothing else may write to it.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import kafkajs from 'kafkajs';
import { patchKafkajs } from '../src/source/kafkajs-patch.ts';
import { continuation } from './continuation.mjs';

const { BROKERS = '127.0.0.1:9092', TOPIC = 'readings', RATE = '250', HOURS = '1' } = process.env;
const [rate, hoursASecond] = [RATE, HOURS].map((text, i) => {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${i === 0 ? 'RATE' : 'HOURS'}: expected a number above 0, got ${text}`);
  return number;
});

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
/** The message of a reading and its partition; undefined where that holds it already. */
function due(reading) {
  const message = { key: reading.sensor, value: JSON.stringify(reading) };
  const partition = partitionOf({ topic: TOPIC, partitionMetadata: topics[0].partitions, message });
  const left = skip.get(partition);
  skip.set(partition, left - 1);
  return left > 0 ? [] : [{ partition, message: { ...message, partition } }];
}

let done = 0;
/** One partition a send: kafkajs can lose what it sends to several at once when a broker fails. */
async function publish(messages) {
  await Promise.all(
    Array.from(Map.groupBy(messages, ({ partition }) => partition).values(), (ready) =>
      producer.send({ topic: TOPIC, messages: ready.map(({ message }) => message) }),
    ),
  );
  done += messages.length;
}

/** Publishes `all`, which is in portions, so many portions a second; those that are there already take no time. */
async function play(all, aSecond) {
  const start = performance.now();
  let played = 0;
  let waiting = [];
  for (const portion of all) {
    if (stop.signal.aborted) return;
    if (portion.length === 0) continue;
    waiting.push(...portion);
    played += 1;
    if (((performance.now() - start) / 1000) * aSecond > played) continue;
    await publish(waiting);
    waiting = [];
    await sleep(TICK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  await publish(waiting);
}

function* hours(recorded) {
  for (const { readings: said, begins } of continuation(recorded)) {
    const messages = said.flatMap((reading) => due(reading));
    if (begins && messages.length > 0)
      console.log(
        `${new Date(begins.time).toISOString()} ${begins.sensor}: ${begins.kind} for ${begins.hours} h`,
      );
    yield messages;
  }
}

const recorded = readings();
const todo = recorded.map((reading) => due(reading));
console.log(
  `${todo.filter((one) => one.length > 0).length} readings to publish to ${TOPIC}, ${rate} a second`,
);
await play(todo, rate);
console.log(`${done} readings published; it goes on by ${hoursASecond} hours a second`);
await play(hours(recorded), hoursASecond);
console.log(`${done} readings published`);
await producer.disconnect();
