import type { Kafka } from 'kafkajs';
import type { RunSettings } from '../config/run-settings.ts';
import type { Decoder } from '../decode/decoder.ts';
import { silentLog } from '../log.ts';
import type { Model } from '../model/model.ts';
import type { Pipeline } from '../pipeline.ts';
import type { StorePlace } from '../run/stores.ts';
import { selectedSource } from '../run/run-decoder.ts';
import { Tasks } from '../run/tasks.ts';
import { Ticker } from '../run/ticker.ts';
import type { Sink } from '../sink/sink.ts';
import { KafkaSource } from '../source/kafka.ts';
import type { SourceHandler } from '../source/source.ts';
import { KafkaStore } from '../store/kafka.ts';
import type { Store } from '../store/store.ts';
import type { SimProcess } from './virtual-clock.ts';

/** What of a worker is put in another's place: how a test shows that a fault of the product is found. */
export interface WorkerReplacements {
  readonly kafka?: (kafka: Kafka) => Kafka;
  readonly sink?: (sink: Sink) => Sink;
  readonly store?: (store: Store) => Store;
  readonly handler?: (tasks: Tasks, kafka: Kafka) => SourceHandler;
}

export interface WorkerParts {
  readonly process: SimProcess;
  readonly pipeline: Pipeline;
  readonly settings: RunSettings;
  readonly place: Extract<StorePlace, { kind: 'kafka' }>;
  readonly decoder: Decoder;
  readonly model: Model;
  readonly kafka: Kafka;
  /** Undefined where the outputs go to the store. */
  readonly sink: Sink | undefined;
  readonly replace: WorkerReplacements;
  /** Called when it has ended by itself; `error` where something ended it. */
  readonly ended: (error?: unknown) => void;
}

/** What a commit may take after a stop, ms: as in a real run. */
const GRACE = 5000;

/** One process of a run on Kafka, put together as `run` does it: the product's own source, tasks and store over a simulated Kafka. */
export class SimWorker {
  readonly process: SimProcess;
  readonly #parts: WorkerParts;
  readonly #stop = new AbortController();
  readonly #giveUp = new AbortController();
  #tasks: Tasks | undefined;
  #isOver = false;

  constructor(parts: WorkerParts) {
    this.process = parts.process;
    this.#parts = parts;
    this.process.run(() => void this.#run());
  }

  /** Undefined before it has started. */
  get tasks(): Tasks | undefined {
    return this.#tasks;
  }

  /** Whether it has ended by itself. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it runs and has not been told to stop. */
  get isAtWork(): boolean {
    return !this.#isOver && this.process.state !== 'killed' && !this.#stop.signal.aborted;
  }

  /** SIGTERM: it commits and ends; one that is stopped hears of it when it goes on. */
  stop(): void {
    if (this.process.state === 'stopped') this.process.state = 'running';
    this.process.run(() => {
      this.#stop.abort();
      setTimeout(() => this.#giveUp.abort(this.#stop.signal.reason), GRACE);
    });
  }

  /** Gives back what the tasks of a killed one hold. */
  dispose(): void {
    this.#stop.abort();
    this.#giveUp.abort();
    for (const task of this.#tasks?.all ?? []) task.close();
  }

  async #run(): Promise<void> {
    try {
      await this.#flow();
      this.#isOver = true;
      this.#parts.ended();
    } catch (error) {
      this.#isOver = true;
      this.#parts.ended(error);
    }
  }

  async #flow(): Promise<void> {
    const { pipeline, settings, place, decoder, model, kafka: made, sink, replace } = this.#parts;
    const kafka = replace.kafka?.(made) ?? made;
    const connect = (): Promise<Kafka> => Promise.resolve(kafka);
    const kafkaSource = new KafkaSource(place.input, silentLog, place.topics.changelog, connect);
    const source = selectedSource(kafkaSource, settings, decoder);
    const { topic, group } = place.input;
    const store = new KafkaStore({
      client: place.input,
      input: topic,
      group,
      pipeline: pipeline.name,
      topics: place.topics,
      settings: settings.store,
      changelog: kafkaSource.changelog,
      connect,
    });
    await store.prepare();
    const tasks = new Tasks(
      {
        pipeline,
        settings,
        decoder,
        model,
        store: replace.store?.(store) ?? store,
        sink: sink && (replace.sink?.(sink) ?? sink),
        deadLetters: undefined,
        stop: this.#giveUp.signal,
      },
      silentLog,
    );
    this.#tasks = tasks;
    const ticker = Ticker.of(settings.ticks.every, { source, tasks, log: silentLog });
    try {
      const handler = replace.handler?.(tasks, kafka) ?? tasks;
      await Promise.race([source.run(handler, this.#stop.signal), tasks.failed]);
      await tasks.drain();
    } catch (error) {
      if (!(this.#giveUp.signal.aborted && error === this.#giveUp.signal.reason)) throw error;
    } finally {
      ticker?.end();
    }
    await tasks.close();
    await store.close();
  }
}
