import liveForecast from '../../pipelines/live-forecast.ts';
import { seededRandom } from '../../src/model/random.ts';
import { type Failpoint, randomFaults } from '../../src/testing/failpoints.ts';
import type { WorkerReplacements } from '../../src/testing/sim-worker.ts';
import { SimWorld } from '../../src/testing/sim-world.ts';
import { Checks } from './checks.ts';
import { goldenOf } from './golden.ts';
import { type Back, content, evictionSettings, settingsFor } from './scenario-input.ts';

/** What is decided otherwise by the seed. */
export interface ScenarioOptions {
  readonly mode?: 'rows' | 'generations';
  readonly output?: 'store' | 'influxdb';
  readonly workers?: number;
  /** Default: off. */
  readonly back?: Back;
  readonly faults?: number;
  readonly replace?: () => WorkerReplacements;
  readonly trace?: (event: string) => void;
}

/** How a scenario went. */
export interface Outcome {
  /** Empty where all held. */
  readonly violations: readonly string[];
  readonly steps: number;
  readonly traceHash: string;
  /** How often each failpoint was passed. */
  readonly passes: ReadonlyMap<Failpoint, number>;
  /** Keys of the changelog that were removed. */
  readonly removals: number;
  /** In words. */
  readonly about: string;
}

const MOST_FAULTS = 9;

/**
 * One run of the product on a simulated Kafka, with what a seed decides: 1 to 3 workers, 2 to 4 partitions, where state and outputs go, what goes
 * wrong, when records come, workers come and go, and the changelog is compacted. All that must hold is checked at every commit and at the end.
 */
export async function play(seed: number, options: ScenarioOptions = {}): Promise<Outcome> {
  const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1));
  const below = (n: number): number => Math.floor(random() * n);
  const { back = 'off' } = options;
  const partitions = 2 + below(3);
  const workers = options.workers ?? 1 + below(3);
  const mode = options.mode ?? (below(2) === 0 ? 'rows' : 'generations');
  const output = options.output ?? (below(2) === 0 ? 'store' : 'influxdb');
  const faults = randomFaults(random, options.faults ?? below(MOST_FAULTS + 1), 1 + below(40));
  const golden = await Promise.all(Array.from({ length: partitions }, (_, p) => goldenOf(p, back)));
  const world = await SimWorld.make({
    pipeline: liveForecast,
    settings: settingsFor(
      `store.mode=${mode}`,
      'store.generationEvery=1s',
      'store.transactionTimeout=10s',
      ...evictionSettings(back),
      ...(output === 'store' ? [] : ['output.kind=influxdb', 'output.org=o', 'output.bucket=b']),
    ),
    partitions,
    seed,
    faults,
    ...(options.replace && { replace: options.replace }),
    ...(options.trace && { trace: options.trace }),
  });
  const checks = new Checks(world, golden);
  const left = golden.map((_, p) => [...content(p, back !== 'off')]);
  const changes = [world.clock.now + below(20_000), world.clock.now + below(40_000)];
  let started = 0;

  const feed = (): void => {
    const waiting = left.flatMap((texts, p) => (texts.length > 0 ? [p] : []));
    if (waiting.length === 0) return;
    const partition = waiting[below(waiting.length)]!;
    const texts = left[partition]!.splice(0, 1 + below(6));
    world.feed(
      partition,
      texts.map((text) => ({ key: null, value: Buffer.from(text), headers: {} })),
    );
  };
  const each = (): void => {
    checks.each();
    if (random() < 0.08) feed();
    if (random() < 0.01) {
      const log = world.cluster.topics.get(world.place.topics.changelog)?.partitions[below(partitions)];
      log?.compact(below(log.high + 1));
    }
    if (started < workers && random() < 0.02) {
      world.start();
      started += 1;
    }
    // one goes, orderly, and another comes
    if (changes.length > 0 && world.clock.now >= changes[0]!) {
      changes.shift();
      world.atWork[0]?.stop();
      world.start();
    }
  };

  try {
    world.start();
    started += 1;
    // what a killed worker left open is settled by whoever opens the partition next
    if (await world.drive(() => checks.isComplete && world.cluster.transactions.isIdle, each)) {
      world.faults.clear();
      if (await world.stop()) {
        checks.atEnd();
        world.reopen();
        const reader = world.start();
        const isRestored = (): boolean =>
          reader.tasks?.all.length === partitions &&
          reader.tasks.all.every(({ partition, next }) => next === golden[partition]!.length);
        if (await world.drive(isRestored, () => checks.each())) checks.state(reader);
      }
    }
    return {
      violations: [...world.violations],
      steps: world.steps,
      traceHash: world.traceHash,
      passes: world.faults.passes,
      removals: checks.removals,
      about: `${partitions} partitions, ${workers} workers, ${mode}, outputs to ${output}, back: ${back}, faults: ${
        faults.map(({ at, kind, pass }) => `${kind} ${at}#${pass}`).join(', ') || 'none'
      }`,
    };
  } finally {
    await world.dispose();
  }
}
