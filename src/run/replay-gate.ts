import type { Batch, SourceHandler, SourceRecord } from '../source/source.ts';
import { WrappedHandler } from '../source/wrapped-handler.ts';
import type { ReplayClock } from './replay-clock.ts';
import { ReplayLane } from './replay-lane.ts';

/** Least time between two portions of a partition at a pace: what is due within it comes together. */
const TICK_MS = 40;
/** Longest time until the clock is looked at again. */
const MOST_MS = 60_000;
/** Most records of a batch without a limit of speed, and at a pace, where partitions and the progress are to go on evenly. */
const SLICE = 512;
const PACED_SLICE = 8;

export interface ReplayGateParts {
  /** What history is handed on to. */
  readonly handler: SourceHandler;
  readonly clock: ReplayClock;
  /** Event time of a record, ms; undefined where it has none. */
  readonly timeOf: (record: SourceRecord) => number | undefined;
  /**
   * Partitions come one by one, each when it is asked for (files, archives): then they wait for one another. Those of Kafka come as
   * its client fetches them, which waits for what it has brought: then each waits for the clock alone.
   */
  readonly isMerged: boolean;
  readonly stop: AbortSignal;
}

/**
 * Stands between a source of history and the tasks, and lets records pass when the clock says that they are due.
 *
 * 1. What passes, and in which order within a partition, is what came: only when it passes, and in which portions, is decided here.
 * 2. Merged, nothing passes before it is known what comes next of every partition. At a pace what is due of all of them passes together;
 *    without a limit the batch that begins with the least event time: no partition is further ahead of another than one batch.
 * 3. A handler that is slow is waited for; what has become due meanwhile passes at once.
 */
export class ReplayGate extends WrappedHandler {
  readonly #parts: ReplayGateParts;
  readonly #lanes = new Map<number, ReplayLane>();
  #timer: NodeJS.Timeout | undefined;
  /** Records that may pass whatever the clock says. */
  #steps = 0;
  #most = -Infinity;

  constructor(parts: ReplayGateParts) {
    super(parts.handler);
    this.#parts = parts;
    parts.stop.addEventListener('abort', () => this.#close(), { once: true });
  }

  override readonly merges = (): number => {
    const { clock } = this.#parts;
    return clock.speed === Infinity && !clock.isPaused ? SLICE : PACED_SLICE;
  };

  /** Event time up to which everything has been handed on, ms: of the partition that is least far, those that have ended aside. */
  get position(): number | null {
    let least = this.#most;
    for (const lane of this.#lanes.values())
      if (!lane.hasEnded) least = Math.min(least, lane.isWaiting ? lane.next : lane.handed);
    return Number.isFinite(least) ? least : null;
  }

  /** Event time of the record that passes next, ms; null while that is not known. */
  get next(): number | null {
    const first = this.#first();
    return first && Number.isFinite(first.next) ? first.next : null;
  }

  pause(): void {
    this.#stand();
    this.#parts.clock.pause();
    this.#look();
  }

  resume(): void {
    this.#steps = 0;
    this.#catchUp();
    this.#parts.clock.resume();
    this.#look();
  }

  /** @param speed ms of event time in a ms; Infinity: as fast as it goes */
  go(speed: number): void {
    this.#stand();
    this.#parts.clock.go(speed);
    this.#look();
  }

  /** Lets the next records pass at once, in order of event time; the clock then goes on from the last of them. */
  step(records: number): void {
    this.#steps += records;
    this.#look();
  }

  /** Lets this much event time pass at once, ms. */
  skip(ms: number): void {
    const { clock } = this.#parts;
    const first = this.#first();
    this.#stand();
    if (first && this.position === null) clock.stand(first.next);
    clock.skip(ms);
    this.#look();
  }

  override async open(partition: number): Promise<number | null> {
    const next = await super.open(partition);
    this.#lanes.get(partition)?.drop();
    this.#lanes.set(partition, new ReplayLane(partition, this.#parts.timeOf));
    return next;
  }

  override async handle(batch: Batch): Promise<void> {
    const { stop } = this.#parts;
    const lane = this.#lanes.get(batch.partition);
    if (lane === undefined) return;
    // nothing is due of a batch of which nothing was selected: it only moves the position
    if (batch.records.length === 0) return super.handle(batch);
    const isOpen = (): boolean => !stop.aborted && this.#lanes.get(batch.partition) === lane;
    let at = 0;
    while (at < batch.records.length && isOpen()) {
      const passed = lane.wait(batch, at);
      this.#look();
      const part = await passed;
      if (part === undefined || !isOpen()) return;
      at += part.records.length;
      await super.handle(part);
      this.#passed(lane);
    }
    this.#look();
  }

  override async end(partition: number): Promise<void> {
    const lane = this.#lanes.get(partition);
    if (!lane) return;
    lane.hasEnded = true;
    this.#look();
    await super.end(partition);
  }

  override doubt(partition: number): void {
    this.#drop(partition);
    super.doubt(partition);
  }

  override lose(partition: number): Promise<void> {
    this.#drop(partition);
    return super.lose(partition);
  }

  #passed({ handed }: ReplayLane): void {
    this.#most = Math.max(this.#most, handed);
    if (!this.#parts.clock.isPaused) this.#catchUp();
  }

  /** What passed without a limit of speed has taken no time: the clock goes on from there. */
  #catchUp(): void {
    const { position } = this;
    if (position !== null) this.#parts.clock.reach(position);
  }

  /** What came of it and waits is dropped, and what still comes, until it is opened again. */
  #drop(partition: number): void {
    const lane = this.#lanes.get(partition);
    this.#lanes.delete(partition);
    lane?.drop();
    this.#look();
  }

  #close(): void {
    clearTimeout(this.#timer);
    for (const lane of this.#lanes.values()) lane.drop();
  }

  /** The clock stands where the readings are, if they lag behind it: nothing more is due then. */
  #stand(): void {
    const { clock } = this.#parts;
    const first = this.#first();
    const { position } = this;
    if (position !== null && (first === undefined || clock.isDue(first.next))) clock.stand(position);
  }

  /** The lane that is to go next; undefined while that is not known. */
  #first(): ReplayLane | undefined {
    let first: ReplayLane | undefined;
    for (const lane of this.#lanes.values()) {
      if (!lane.isWaiting) {
        // what is on its way may be earlier
        if (this.#parts.isMerged && !lane.hasEnded) return undefined;
        continue;
      }
      if (first === undefined || lane.next < first.next) first = lane;
    }
    return first;
  }

  /** Lets pass what may. */
  #look(): void {
    clearTimeout(this.#timer);
    const { clock, isMerged, stop } = this.#parts;
    const first = this.#first();
    if (first === undefined || stop.aborted) return;
    const time = first.next;
    if (this.#steps > 0) {
      this.#steps -= 1;
      clock.reach(time);
      first.goOne();
      return;
    }
    clock.begin(time);
    const isDue = (at: number): boolean => clock.isDue(at);
    if (!isDue(time)) {
      const wait = clock.wait(time);
      if (wait < Infinity)
        this.#timer = setTimeout(() => this.#look(), Math.min(Math.max(TICK_MS, wait), MOST_MS));
      return;
    }
    if (clock.speed === Infinity && !clock.isPaused) {
      if (isMerged) return first.goAll();
      for (const lane of this.#lanes.values()) if (lane.isWaiting) lane.goAll();
      return;
    }
    for (const lane of this.#lanes.values()) if (lane.isWaiting && isDue(lane.next)) lane.go(isDue);
  }
}
