import { createHash } from 'node:crypto';
import type { RunSettings } from '../config/run-settings.ts';
import type { Decoder } from '../decode/decoder.ts';
import { ForetideError } from '../errors.ts';
import { modelFor } from '../model/model-for.ts';
import type { Model } from '../model/model.ts';
import { seededRandom } from '../model/random.ts';
import type { Pipeline } from '../pipeline.ts';
import { runDecoder } from '../run/run-decoder.ts';
import { type StorePlace, storePlace } from '../run/stores.ts';
import { type Fault, type FaultKind, FaultPlan } from './failpoints.ts';
import type { SentRecord } from './partition-log.ts';
import { SimCluster } from './sim-cluster.ts';
import { simKafka } from './sim-kafka.ts';
import { SimNetwork } from './sim-network.ts';
import { SimBucket, SimSink } from './sim-sink.ts';
import { SimWorker, type WorkerReplacements } from './sim-worker.ts';
import { installVirtualTime, SimProcess, VirtualClock, type VirtualTimer } from './virtual-clock.ts';

export interface WorldOptions {
  readonly pipeline: Pipeline;
  /** With a Kafka input and the state in Kafka. */
  readonly settings: RunSettings;
  readonly partitions: number;
  readonly seed: number;
  readonly faults?: readonly Fault[];
  /** A simulation whose workers have ended, of as many partitions: this one begins with what it has left in Kafka. */
  readonly after?: SimWorld;
  /** Called for each worker. */
  readonly replace?: () => WorkerReplacements;
  /** Is told everything that happens. */
  readonly trace?: (event: string) => void;
}

/** How far a drive may go before it counts as stuck. */
const MOST_STEPS = 60_000;
/** ms */
const MOST_TIME = 1_200_000;

/** After which time another takes the place of a worker that has ended, ms. */
const RESTART = 1000;
/** Longest that a process is stopped, ms: longer than a session. */
const LONGEST_STOP = 25_000;

/**
 * A simulation: a Kafka in memory, a bucket, and workers that run the product's code, driven step by step. The same options and the same calls
 * give the same steps: everything that may happen next (a request that arrives, an answer, a timer) is in a list, and a random number picks.
 */
export class SimWorld {
  readonly clock: VirtualClock;
  readonly cluster: SimCluster;
  readonly bucket = new SimBucket();
  readonly faults: FaultPlan;
  readonly workers: SimWorker[] = [];
  /** What workers ended with that starting again does not cure, and what the checks of a test add. */
  readonly violations: string[] = [];
  /** Where the state and the outputs lie. */
  readonly place: Extract<StorePlace, { kind: 'kafka' }>;
  readonly decoder: Decoder;
  readonly model: Model;
  readonly #options: WorldOptions;
  readonly #random: () => number;
  readonly #network: SimNetwork;
  readonly #hash = createHash('sha256');
  readonly #restarts: VirtualTimer[] = [];
  #names = 0;
  #steps = 0;
  #isEnding = false;

  private constructor(options: WorldOptions, decoder: Decoder, model: Model) {
    const place = storePlace(options.pipeline.name, options.settings);
    if (place.kind !== 'kafka') {
      throw new ForetideError('SETTINGS_INVALID', {
        what: 'A simulation needs a Kafka input and its state in Kafka',
        got: `store.kind: ${place.kind}`,
      });
    }
    this.place = place;
    this.decoder = decoder;
    this.model = model;
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.faults = new FaultPlan(options.faults ?? []);
    const { after } = options;
    this.#names = after?.workers.length ?? 0;
    this.clock = after?.clock ?? new VirtualClock();
    this.cluster = after?.cluster ?? new SimCluster(this.clock, this.#random);
    this.cluster.makeTopic(place.input.topic, options.partitions);
    this.#network = new SimNetwork({
      faults: this.faults,
      random: this.#random,
      strike: (kind, process) => this.#strike(kind, process),
      trace: (event) => this.#trace(event),
    });
  }

  /** Reads the model that the settings name. */
  static async make(options: WorldOptions): Promise<SimWorld> {
    const { settings } = options;
    const decoder = runDecoder(settings);
    return new SimWorld(options, decoder, await modelFor(settings.model, decoder.channels));
  }

  /** Whether the outputs go to the bucket; to the store's topics otherwise. */
  get isWrittenToBucket(): boolean {
    return this.#options.settings.output.kind !== 'store';
  }

  /** Steps that have been taken. */
  get steps(): number {
    return this.#steps;
  }

  /** SHA-256 of everything that has happened. */
  get traceHash(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Appends records to a partition of the input. */
  feed(partition: number, records: readonly Omit<SentRecord, 'timestamp'>[]): void {
    const sent = records.map((record) => ({ ...record, timestamp: this.clock.now }));
    this.cluster.log(`${this.place.input.topic}/${partition}`).append(sent);
    this.cluster.appended();
  }

  /** Starts one more worker. */
  start(): SimWorker {
    const { pipeline, settings, replace } = this.#options;
    const process = new SimProcess(`w${(this.#names += 1)}`, this.clock, this.#random);
    const { changelog, dead } = this.place.topics;
    const worker: SimWorker = new SimWorker({
      process,
      pipeline,
      settings,
      place: this.place,
      decoder: this.decoder,
      model: this.model,
      kafka: simKafka({
        process,
        network: this.#network,
        cluster: this.cluster,
        random: this.#random,
        kindOf: (topic) => (topic === changelog ? 'changelog' : topic === dead ? 'dead' : 'output'),
      }),
      sink: this.isWrittenToBucket ? new SimSink(process, this.#network, this.bucket) : undefined,
      replace: replace?.() ?? {},
      ended: (error) => this.#ended(process, error),
    });
    this.workers.push(worker);
    this.#trace(`${process.name} started`);
    return worker;
  }

  /** Workers that have not been killed, have not ended and were not told to stop. */
  get atWork(): readonly SimWorker[] {
    return this.workers.filter(({ isAtWork }) => isAtWork);
  }

  /** All members of all groups have to join again. */
  rebalance(): void {
    this.#trace('rebalance');
    for (const group of this.cluster.groups) group.rebalance();
  }

  /**
   * Lets things happen until `isDone`, or until a violation.
   *
   * @param each called before every step
   * @returns whether it came to that; it adds a violation otherwise
   */
  async drive(isDone: () => boolean, each: () => void = () => undefined): Promise<boolean> {
    const restore = installVirtualTime();
    const until = { steps: this.#steps + MOST_STEPS, time: this.clock.now + MOST_TIME };
    try {
      for (;;) {
        await this.#settle();
        if (this.violations.length > 0) return false;
        if (isDone()) return true;
        if (this.#steps >= until.steps || this.clock.now >= until.time || !this.#step()) {
          this.violations.push(`stuck after ${this.#steps} steps, at ${this.clock.now - 1e9} ms`);
          return false;
        }
        each();
      }
    } finally {
      restore();
    }
  }

  /** Stops all workers, orderly, and waits for them and for what the cluster has to do for their last commits. */
  async stop(): Promise<boolean> {
    this.#isEnding = true;
    for (const restart of this.#restarts.splice(0)) this.clock.clear(restart);
    const left = this.workers.filter(({ process, isOver }) => process.state !== 'killed' && !isOver);
    for (const worker of left) worker.stop();
    const { transactions } = this.cluster;
    return this.drive(
      () =>
        left.every(({ process, isOver }) => isOver || process.state === 'killed') &&
        // a commit is answered before all of its markers are written
        transactions.work.length === 0,
    );
  }

  /** From now on a worker that ends is replaced again. */
  reopen(): void {
    this.#isEnding = false;
  }

  /** Gives back what is held; nothing can be done with it any more. */
  async dispose(): Promise<void> {
    this.#isEnding = true;
    for (const { process } of this.workers) {
      process.state = 'killed';
      this.clock.forget(process);
    }
    for (const worker of this.workers) worker.dispose();
    for (let round = 0; round < 3; round++) {
      for (const { process } of this.workers) this.#network.abandon(process);
      await this.#settle();
    }
    for (const worker of this.workers) worker.dispose();
  }

  /** Waits until no process has anything to do but wait for answers and timers. */
  async #settle(): Promise<void> {
    let before: number;
    do {
      before = this.#network.asked;
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    } while (this.#network.asked !== before);
  }

  /** @returns whether anything could happen */
  #step(): boolean {
    this.#steps += 1;
    const steps = [...this.#network.steps, ...this.cluster.transactions.work];
    const timer = this.clock.next();
    if (timer && (timer.at <= this.clock.now || steps.length === 0)) steps.push(() => this.clock.fire(timer));
    if (steps.length === 0) return false;
    steps[Math.floor(this.#random() * steps.length)]!();
    this.clock.pass(Math.floor(this.#random() * 4));
    this.cluster.tick();
    return true;
  }

  #strike(kind: Exclude<FaultKind, 'fail' | 'late'>, process: SimProcess): void {
    if (kind === 'rebalance') return this.rebalance();
    if (process.state !== 'running') return;
    if (kind === 'stop') {
      process.state = 'stopped';
      const ms = 1000 + Math.floor(this.#random() * LONGEST_STOP);
      this.#trace(`${process.name} stopped for ${ms} ms`);
      this.clock.set(
        undefined,
        () => {
          if (process.state === 'stopped') process.state = 'running';
        },
        ms,
      );
      return;
    }
    this.#trace(`${process.name} killed`);
    this.#gone(process);
  }

  #ended(process: SimProcess, error: unknown): void {
    if (process.state === 'killed') return;
    this.#trace(`${process.name} ended${error === undefined ? '' : `: ${inWords(error)}`}`);
    if (error === undefined) {
      process.state = 'killed';
      this.clock.forget(process);
      return;
    }
    if (!(error instanceof ForetideError && error.canRetry))
      this.violations.push(`${process.name} ended with ${inWords(error)}`);
    this.#gone(process);
  }

  /** The process is no more; another takes its place. */
  #gone(process: SimProcess): void {
    process.state = 'killed';
    this.#network.killed(process);
    this.clock.forget(process);
    if (this.#isEnding) return;
    const restart = this.clock.set(undefined, () => void this.start(), RESTART);
    this.#restarts.push(restart);
  }

  #trace(event: string): void {
    const line = `${this.#steps} ${this.clock.now - 1e9} ${event}`;
    this.#hash.update(`${line}\n`);
    this.#options.trace?.(line);
  }
}

function inWords(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
}
