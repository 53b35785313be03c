import { join } from 'node:path';
import { BUGS } from './bugs.ts';
import { Cluster } from './cluster.ts';
import { playDiskRound } from './disk-round.ts';
import { Influx } from './influx.ts';
import { planOf } from './plan.ts';
import { type Golden, type Mode, type Outcome, type Output, playRound } from './round.ts';
import type { Kind } from './faults.ts';
import { Violation } from './violation.ts';
import { workload, type Workload } from './workload.ts';

/** Rounds that may go by before a bug is found: whether a fault meets it is a matter of moments. */
const MOST_SEARCHES = 3;

/** How long InfluxDB is away in such a round and in a short one, ms. */
const SHORT_OUTAGE = 6000;

/** What a series of rounds is made of. */
export interface FieldDayParts {
  /** Folder of all that is written; the caller removes it. */
  readonly dir: string;
  readonly seed: number;
  readonly readings: number;
  readonly workers: number;
  readonly isShort: boolean;
  readonly say: (line: string) => void;
}

/** What one round differs in. */
export interface RoundWishes {
  readonly number: number;
  readonly output: Output;
  /** Left out: as the number says. */
  readonly mode?: Mode | undefined;
  readonly only?: readonly Kind[] | undefined;
  readonly outage?: number | undefined;
}

/** A cluster, an InfluxDB and a workload, on which rounds of faults are played; the undisturbed rounds are played when first needed. */
export class FieldDay {
  readonly #parts: FieldDayParts;
  readonly #cluster: Cluster;
  readonly #influx: Influx | undefined;
  readonly #load: Workload;
  readonly #golden = new Map<Output, Promise<Golden>>();

  private constructor(parts: FieldDayParts, cluster: Cluster, influx: Influx | undefined) {
    this.#parts = parts;
    this.#cluster = cluster;
    this.#influx = influx;
    this.#load = workload(parts.seed, parts.readings);
  }

  /** Starts the servers; without InfluxDB, and says so, where this machine has no influxd. */
  static async start(parts: FieldDayParts): Promise<FieldDay> {
    const cluster = await Cluster.start(join(parts.dir, 'kafka'));
    const influx = await Influx.start(join(parts.dir, 'influxdb')).catch((error: unknown) => {
      if (!(error instanceof Error && error.message.startsWith('no influxd'))) throw error;
      parts.say(`SKIPPED: everything with InfluxDB: ${error.message}; name an influxd 2 in INFLUXD`);
      return undefined;
    });
    return new FieldDay(parts, cluster, influx);
  }

  get hasInflux(): boolean {
    return this.#influx !== undefined;
  }

  /**
   * Plays a round.
   *
   * @throws Violation
   */
  async round({ number, output, mode, only, outage }: RoundWishes): Promise<Outcome> {
    const { dir, isShort } = this.#parts;
    const golden = await this.#goldenOf(output);
    const seed = this.seedOf(number);
    return playRound({
      ...this.#common(output),
      dir: join(dir, `round-${number}`),
      seed,
      golden,
      outage: outage ?? (isShort ? SHORT_OUTAGE : undefined),
      faults: planOf({
        seed,
        output,
        only,
        isShort,
      }),
      areCommitsRare: number % 4 >= 2,
      mode: mode ?? (number % 8 >= 5 ? 'generations' : 'rows'),
      isCompacting: number % 3 === 2,
    });
  }

  /**
   * Plays rounds with a bug in the workers until one finds it.
   *
   * @returns what was found; undefined where it was not, in several rounds
   */
  async find(bug: string): Promise<Violation | undefined> {
    const { dir, say } = this.#parts;
    const { output, faults, areCommitsRare = false, mode = 'rows' } = BUGS[bug]!;
    const golden = await this.#goldenOf(output);
    for (let n = 1; n <= MOST_SEARCHES; n++) {
      try {
        await playRound({
          ...this.#common(output),
          dir: join(dir, `${bug.replaceAll(' ', '-')}-${n}`),
          seed: this.seedOf(n),
          golden,
          bug,
          faults,
          outage: SHORT_OUTAGE,
          areCommitsRare,
          mode,
          isCompacting: false,
        });
        say(`${bug}: not found in round ${n}`);
      } catch (error) {
        if (error instanceof Violation) return error;
        throw error;
      }
    }
    return undefined;
  }

  /**
   * Plays a round with a SQLite file whose disk gets full.
   *
   * @param times how often
   * @throws Violation
   */
  async diskRound(number: number, times: number): Promise<number> {
    const { dir, say } = this.#parts;
    return playDiskRound({
      cluster: this.#cluster,
      load: this.#load,
      times,
      say,
      dir: join(dir, `round-${number}`),
      seed: this.seedOf(number),
    });
  }

  seedOf(number: number): number {
    return this.#parts.seed * 1000 + number;
  }

  async stop(): Promise<void> {
    await this.#cluster.stop();
    await this.#influx?.kill();
  }

  #goldenOf(output: Output): Promise<Golden> {
    const known = this.#golden.get(output);
    if (known) return known;
    const made = this.#play(output);
    this.#golden.set(output, made);
    return made;
  }

  async #play(output: Output): Promise<Golden> {
    const outcome = await playRound({
      ...this.#common(output),
      dir: join(this.#parts.dir, `undisturbed-${output}`),
      seed: 0,
      faults: [],
      areCommitsRare: true,
      mode: 'rows',
      isCompacting: false,
      workers: 1,
    });
    const { expected, points, commits, seconds } = outcome;
    const [sequences, dead] = [expected.sequences.size, expected.dead.size];
    this.#parts.say(
      `undisturbed, ${output}: ${this.#load.size} records, ${sequences} sequences of outputs, ${dead} dead letters, ${points?.lines ?? 0} lines of InfluxDB, ${commits} commits, ${seconds.toFixed(0)} s`,
    );
    return outcome;
  }

  #common(output: Output) {
    const { workers, say } = this.#parts;
    return { cluster: this.#cluster, influx: this.#influx, load: this.#load, output, workers, say };
  }
}
