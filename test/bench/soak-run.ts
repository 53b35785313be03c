import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { flux, InfluxDB } from '@influxdata/influxdb-client';
import type { Admin, Kafka } from 'kafkajs';
import { z } from 'zod';
import { silentLog } from '../../src/log.ts';
import { kafkaClient, KafkaClientSettings } from '../../src/source/kafka-client.ts';
import { Influx } from '../faults/influx.ts';
import { sameDump } from '../faults/same-dump.ts';
import { type NativeKafka, startKafka } from '../services/native-kafka.ts';
import type { BenchBucket } from './bench-bucket.ts';
import { fillTopic } from './bench-topic.ts';
import { inChild } from './in-child.ts';
import { machine } from './machine.ts';
import { sensorReadings } from './readings.ts';
import {
  diskSample,
  processFigures,
  runSample,
  type SoakEvent,
  type SoakLine,
  type SoakOutcome,
} from './soak-samples.ts';
import type { SoakProduced, SoakProducerJob } from './soak-producer.ts';
import { countBySensor, soakReadings, type SoakStream } from './soak-stream.ts';
import { SoakWorker } from './soak-worker.ts';

/** What a soak is asked for. */
export interface SoakPlan {
  readonly minutes: number;
  /** Readings/s; undefined: half of what is reached at full speed. */
  readonly rate: number | undefined;
  /** Whether an undisturbed run over the same readings is made afterwards, and every point compared. */
  readonly isCompared: boolean;
  /** File that the samples go to, a line each. */
  readonly samples: string;
  readonly say: (line: string) => void;
}

const PARTITIONS = 6;
const EVERY = 10_000;
/** How long the broker and InfluxDB are away, ms. */
const AWAY = 10_000;
/** What the worker is given to catch up at the end, ms. */
const PATIENCE = 1_800_000;
/** Readings by which the full speed is measured. */
const FULL = 60_000;
const LOAD = 0.5;
/** Kafka's own topics and its looking for what is over are as small and often as the soak is short. */
const BROKER = `log.retention.check.interval.ms=30000
offsets.topic.segment.bytes=4194304
transaction.state.log.segment.bytes=4194304
`;
const INPUT = { 'retention.ms': 300_000, 'segment.ms': 60_000, 'segment.bytes': 4_194_304 };
const FOREVER = { 'retention.ms': -1 };

/** Runs a soak, and writes what it sees and what comes of it to the file of samples. */
export async function runSoak(plan: SoakPlan): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'foretide-soak-'));
  const soak = new Soak(plan, dir);
  try {
    await soak.run();
  } finally {
    await soak.end();
  }
  await rm(dir, { recursive: true, force: true });
}

class Soak {
  readonly #plan: SoakPlan;
  readonly #dir: string;
  #kafka: NativeKafka | undefined;
  #influx: Influx | undefined;
  readonly #workers: SoakWorker[] = [];
  #began = 0;
  /** The worker is away because it was killed. */
  #isKilling = false;

  constructor(plan: SoakPlan, dir: string) {
    this.#plan = plan;
    this.#dir = dir;
  }

  async run(): Promise<void> {
    const { minutes, samples, say, isCompared } = this.#plan;
    writeFileSync(samples, '');
    this.#kafka = await startKafka({ dir: this.#folder('kafka'), more: BROKER });
    this.#influx = await Influx.start(this.#folder('influxdb'));
    const full = this.#plan.rate === undefined ? await this.#fullSpeed() : null;
    const rate = this.#plan.rate ?? Math.floor(LOAD * full!);
    const input = await this.#topic('soak', INPUT);
    const bucket = await this.#influx.bucket();
    const worker = await this.#worker('worker', input, bucket);
    const begun = 1000 * Math.ceil(Date.now() / 1000 + 5);
    const stream: SoakStream = { begun, rate, count: Math.floor(minutes * 60 * rate) };
    this.#began = begun;
    this.#write({ kind: 'begun', stream, minutes, full, on: { ...machine() } });
    say(`${rate} readings/s for ${minutes} minutes, samples in ${samples}, data in ${this.#dir}`);
    const over = new AbortController();
    try {
      const producing = this.#produce(input, stream, over.signal);
      const sampling = this.#sample(worker, input, over.signal);
      const watching = worker.watch(over.signal);
      const disturbing = this.#disturb(worker, over.signal);
      const [{ found, repeated }] = await Promise.all([
        producing,
        disturbing,
        Promise.race([producing, sampling]),
      ]);
      const committed = await worker.until(stream.count, PATIENCE);
      over.abort();
      await Promise.all([sampling, watching]);
      const deadLetters = (await runSample(worker.url))?.deadLetters ?? NaN;
      await worker.stop();
      const produced = await this.#end(input);
      const outcome = await this.#outcome(stream, bucket);
      this.#plan.say(JSON.stringify({ produced, committed, deadLetters, ...outcome }));
      const compared = isCompared
        ? await this.#compare(stream, bucket)
        : { isSame: null, points: 0, undisturbedSeconds: null };
      const told = { produced, committed, deadLetters, found, repeated };
      this.#write({ kind: 'ended', at: this.#now(), ...told, ...outcome, ...compared });
    } finally {
      over.abort();
    }
  }

  #produce(topic: string, stream: SoakStream, signal: AbortSignal): Promise<SoakProduced> {
    const { brokers } = this.#kafka!;
    const job: SoakProducerJob = { brokers, topic, partitions: PARTITIONS, stream };
    const limit = this.#plan.minutes * 60_000 + PATIENCE;
    return inChild(new URL('soak-producer.ts', import.meta.url), job, { limit, signal });
  }

  /** Leaves no process behind. */
  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.kill()));
    await this.#kafka?.kill();
    await this.#influx?.kill();
  }

  /** Broker, InfluxDB and worker, each once. */
  async #disturb(worker: SoakWorker, over: AbortSignal): Promise<void> {
    const total = this.#plan.minutes * 60;
    const at = (share: number): Promise<unknown> =>
      sleep(Math.max(0, 1000 * (share * total - this.#now())), undefined, { signal: over });
    await at(0.2);
    this.#event('broker stopped');
    await this.#kafka!.stop();
    await sleep(AWAY);
    this.#kafka = await startKafka({ dir: this.#folder('kafka'), more: BROKER });
    this.#event('broker back');
    await at(0.4);
    this.#event('influxdb killed');
    await this.#influx!.kill();
    await sleep(AWAY);
    await this.#influx!.restart();
    this.#event('influxdb back');
    await at(0.6);
    this.#event('worker killed');
    this.#isKilling = true;
    await worker.kill();
    await worker.restart();
    this.#isKilling = false;
    this.#event('worker back');
  }

  /** A sample every ten seconds. @throws Error where the worker has ended three times by itself */
  async #sample(worker: SoakWorker, input: string, over: AbortSignal): Promise<undefined> {
    const folders = {
      kafka: this.#folder('kafka'),
      influxdb: this.#folder('influxdb'),
      worker: this.#folder('worker'),
      input,
      changelog: `${input}-live-forecast-changelog`,
    };
    let ended = 0;
    for (let n = 1; !over.aborted; n++) {
      await sleep(Math.max(0, this.#began + n * EVERY - Date.now()));
      if (this.#isKilling) continue;
      const { life, pid } = worker;
      if (pid === undefined) {
        this.#event('worker ended');
        if (++ended === 3) throw new Error('The worker has ended three times by itself');
        await worker.restart();
      }
      const run = await runSample(worker.url);
      const at = this.#now();
      const of = (one: number | undefined) => (one === undefined ? null : processFigures(one));
      this.#write({
        kind: 'sample',
        at,
        life,
        worker: of(pid),
        run,
        disk: diskSample(folders),
        kafka: of(this.#kafka?.pid),
        influxdb: of(this.#influx?.pid),
      });
    }
    return undefined;
  }

  async #outcome(
    stream: SoakStream,
    bucket: BenchBucket,
  ): Promise<Pick<SoakOutcome, 'readings' | 'forecasts' | 'anomalies' | 'sensors' | 'wrong'>> {
    const { reading, forecast, anomaly } = await bucket.count();
    const wanted = countBySensor(stream);
    const stored = await this.#countBySeries(bucket);
    const names = [...new Set([...wanted.keys(), ...stored.keys()])];
    const wrong = names.filter((name) => wanted.get(name) !== stored.get(name));
    return {
      readings: reading,
      forecasts: forecast,
      anomalies: anomaly,
      sensors: wanted.size,
      wrong: wrong.length,
    };
  }

  async #countBySeries(bucket: BenchBucket): Promise<ReadonlyMap<string, number>> {
    const { url, token, org } = this.#influx!.service;
    const rows = await new InfluxDB({ url, token, timeout: 300_000 }).getQueryApi(org).collectRows(flux`
      from(bucket: ${bucket.name})
        |> range(start: 2000-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z)
        |> filter(fn: (r) => r._measurement == "reading" and r._field == "value")
        |> group(columns: ["series"])
        |> count()`);
    const found = z.array(z.object({ series: z.string(), _value: z.number() })).parse(rows);
    return new Map(found.map(({ series, _value }) => [series, _value]));
  }

  /** The same readings once more, through a worker that nothing disturbs. */
  async #compare(
    stream: SoakStream,
    bucket: BenchBucket,
  ): Promise<Pick<SoakOutcome, 'isSame' | 'points' | 'undisturbedSeconds'>> {
    const topic = await this.#topic('again', FOREVER);
    await fillTopic(this.#kafka!.brokers, topic, soakReadings(stream), PARTITIONS);
    const again = await this.#influx!.bucket();
    const seconds = await this.#through('again', topic, again, stream.count);
    const [ours, theirs] = [
      await this.#influx!.dump(bucket.name, join(this.#dir, 'points.csv')),
      await this.#influx!.dump(again.name, join(this.#dir, 'again.csv')),
    ];
    const isSame = await sameDump(ours, theirs).then(
      () => true,
      (error: unknown) => {
        this.#plan.say(String(error));
        return false;
      },
    );
    return { isSame, points: ours.lines, undisturbedSeconds: seconds };
  }

  /** Readings/s of the same settings over a topic that is there already. */
  async #fullSpeed(): Promise<number> {
    const topic = await this.#topic('full', FOREVER);
    await fillTopic(this.#kafka!.brokers, topic, sensorReadings(FULL), PARTITIONS);
    const bucket = await this.#influx!.bucket();
    const seconds = await this.#through('full', topic, bucket, FULL);
    await bucket.remove();
    await this.#asAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
    this.#plan.say(`${(FULL / seconds).toFixed(0)} readings/s at full speed`);
    return FULL / seconds;
  }

  /** Seconds that a worker takes for a topic, from its first commit on. */
  async #through(name: string, topic: string, bucket: BenchBucket, count: number): Promise<number> {
    const worker = await this.#worker(name, topic, bucket);
    await worker.until(1, PATIENCE);
    const begun = performance.now();
    const committed = await worker.until(count, PATIENCE);
    if (committed !== count) throw new Error(`${committed} of ${count} records were committed`);
    await worker.stop();
    return (performance.now() - begun) / 1000;
  }

  async #worker(name: string, topic: string, bucket: BenchBucket): Promise<SoakWorker> {
    const worker = await SoakWorker.start({
      dir: this.#folder(name),
      brokers: this.#kafka!.brokers,
      topic,
      group: topic,
      influxdb: this.#influx!.service,
      bucket: bucket.name,
    });
    this.#workers.push(worker);
    return worker;
  }

  async #topic(what: string, config: Readonly<Record<string, number>>): Promise<string> {
    const topic = `${what}-${randomUUID().slice(0, 8)}`;
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
    await this.#asAdmin((admin) =>
      admin.createTopics({
        waitForLeaders: true,
        topics: [{ topic, numPartitions: PARTITIONS, configEntries }],
      }),
    );
    return topic;
  }

  /** Records that were ever in a topic. */
  async #end(topic: string): Promise<number> {
    const ends = await this.#asAdmin((admin) => admin.fetchTopicOffsets(topic));
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  }

  async #asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const client: Kafka = await kafkaClient(
      KafkaClientSettings.parse({ brokers: this.#kafka!.brokers }),
      silentLog,
    );
    const admin = client.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  #event(what: SoakEvent): void {
    this.#plan.say(`${(this.#now() / 60).toFixed(1)} min: ${what}`);
    this.#write({ kind: 'event', at: this.#now(), what });
  }

  /** Seconds since the first reading. */
  #now(): number {
    return (Date.now() - this.#began) / 1000;
  }

  #write(line: SoakLine): void {
    appendFileSync(this.#plan.samples, `${JSON.stringify(line)}\n`);
  }

  #folder(name: string): string {
    const folder = join(this.#dir, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }
}
