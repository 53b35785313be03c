import type { LoggedCommand } from '../../command.ts';
import type { RunSettings } from '../../config/run-settings.ts';
import { ForetideError } from '../../errors.ts';
import { type Log, silentLog } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import { BegunStore } from '../../past/begun-store.ts';
import type { Beginning } from '../../past/states-at.ts';
import { commandsBehind } from '../../past/commands-left.ts';
import type { Pipeline } from '../../pipeline.ts';
import { CommandsAgain } from '../../run/commands-again.ts';
import { prepare } from '../../run/prepare.ts';
import { beginningAs } from '../../run/replay-settings.ts';
import { preparedSource } from '../../run/run-decoder.ts';
import { withoutOutputs } from '../evaluate.ts';
import { type Counts, Evaluator } from '../evaluator.ts';
import { protocolFrom } from '../settings.ts';
import { type Speed, TimedDecoder } from '../speed.ts';
import { FanOut } from './fan-out.ts';
import { type FiredAlert, FiredAlerts } from './fired-alerts.ts';
import { Pairs } from './pairs.ts';
import type { Side } from './sides.ts';
import { type SideStates, warmSides } from './warm-sides.ts';

export interface CompareOptions {
  readonly pipeline: Pipeline;
  /** A first; see `sidesOf`. Where their outputs go and how fast they play is passed over. */
  readonly sides: readonly Side[];
  /**
   * Commands of a live run that all sides are given in their places, by partition; for history of the same offsets. Rewinds are left out: they hold a state of
   * that run, which means nothing with other settings.
   */
  readonly commands?: ReadonlyMap<number, readonly LoggedCommand[]> | undefined;
  /** Of each side its settings without the range, whose snapshots it may begin from: see `warmSides`. Left out: all begin empty. */
  readonly own?: readonly RunSettings[] | undefined;
  /** Called after each batch; `share` of the whole is null where that is not known. */
  readonly onProgress?: (share: number | null, readings: number) => void;
  /** Ends it early; what has been compared until then is the result. */
  readonly stop?: AbortSignal;
  readonly log?: Log;
}

/** What came of one side. */
export interface ComparedSide {
  readonly side: Side;
  /** What it began with, in the order of partitions; nothing where it began empty. */
  readonly begun: readonly Omit<Beginning, 'rows' | 'slots' | 'archived'>[];
  readonly model: Model;
  readonly counts: Counts;
  readonly bytesPerSeries: number;
  /** Steps ahead that it forecasts. */
  readonly horizons: readonly number[];
  /** What its topology took, decoding included and scoring not. */
  readonly speed: Speed;
  readonly cpuSeconds: number;
  /** Null where the pipeline gives none. */
  readonly alerts: readonly FiredAlert[] | null;
}

/** A comparison that has ended. */
export interface Compared {
  readonly sides: readonly ComparedSide[];
  readonly pairs: Pairs;
  /** First and newest event time of A, ms; null before the first reading. */
  readonly times: { readonly first: number; readonly last: number } | null;
  /** False where it was stopped before the end of the data. */
  readonly isComplete: boolean;
}

/**
 * Runs several configurations of a pipeline over the same records in one pass, and scores them side by side: each has a topology and a Memory of its own, and
 * every batch goes through all of them before the next is read. Nothing is written.
 *
 * @throws ForetideError SETTINGS_INVALID where there is nothing that all sides forecast; those of a run
 */
export async function compare(options: CompareOptions): Promise<Compared> {
  const { pipeline, sides, own, onProgress } = options;
  const { stop = new AbortController().signal, log = silentLog } = options;
  const all = options.commands && withoutRewinds(options.commands);
  const { from } = sides[0]!.settings.input;
  const states =
    own && typeof from === 'number'
      ? await warmSides({ pipeline, settings: own, from, commands: all, log })
      : undefined;
  const places = states?.[0] ?? new Map<number, Beginning>();
  const commands = all && commandsBehind(all, places);
  const prepared = await Promise.all(
    sides.map(async (side, i) => {
      const ranged = withoutOutputs(side.settings);
      // positions are counted from where the input begins
      const settings = states ? beginningAs(ranged, own![i]!) : ranged;
      return { side, settings, ...(await prepare(settings, log)) };
    }),
  );
  const { source: one, settings: first } = prepared[0]!;
  // each has a decoder of its own
  const source = prepared.slice(1).reduce((given, { decoder }) => preparedSource(given, decoder), one);
  if (states) source.begins?.(places);
  const pairs = new Pairs(sides.length);
  const runners = prepared.map(({ side, settings, model, decoder }, i) => {
    const alerts = new FiredAlerts();
    const evaluator = new Evaluator({
      pipeline,
      settings,
      model,
      decoder: new TimedDecoder(decoder),
      protocol: protocolFrom({}),
      missing: 'skip',
      rows: undefined,
      store: states && new BegunStore(states[i]!),
      listener: (series, target) => pairs.take(i, series, target),
      onFrame: (partition, frame) => alerts.take(partition, frame),
      onChunk: () => undefined,
      stop,
    });
    return { side, model, evaluator, alerts };
  });
  const evaluators = runners.map(({ evaluator }) => evaluator);
  const fanOut = new FanOut(evaluators, (partition) => {
    knowHorizons(pairs, evaluators);
    pairs.settle(partition);
    onProgress?.(source.progress?.() ?? null, evaluators[0]!.counts.readings);
  });
  const { input } = first;
  const to = 'to' in input && typeof input.to === 'number' ? input.to : Infinity;
  try {
    const handler = commands ? new CommandsAgain({ handler: fanOut, commands, to }) : fanOut;
    await source.run(handler, stop);
    return {
      sides: runners.map(({ side, model, evaluator, alerts }, i) => ({
        side,
        begun: begunOf(states?.[i]),
        model,
        counts: evaluator.counts,
        bytesPerSeries: evaluator.bytesPerSeries,
        horizons: evaluator.prequential.horizons,
        speed: evaluator.speed,
        cpuSeconds: evaluator.cpuSeconds,
        alerts: alerts.sees ? alerts.all : null,
      })),
      pairs,
      times: evaluators[0]!.prequential.times,
      isComplete: !stop.aborted,
    };
  } finally {
    for (const evaluator of evaluators) evaluator.close();
  }
}

function begunOf(states: SideStates = new Map()): ComparedSide['begun'] {
  return Array.from(states.values(), ({ partition, next, watermark, snapshot }) => ({
    partition,
    next,
    watermark,
    snapshot,
  })).toSorted((a, b) => a.partition - b.partition);
}

function withoutRewinds(
  commands: NonNullable<CompareOptions['commands']>,
): NonNullable<CompareOptions['commands']> {
  const others = ({ command }: LoggedCommand): boolean => command.kind !== 'rewind';
  return new Map(Array.from(commands, ([partition, some]) => [partition, some.filter(others)]));
}

/** As soon as all sides have said what they forecast. */
function knowHorizons(pairs: Pairs, evaluators: readonly Evaluator[]): void {
  const all = evaluators.map(({ prequential }) => prequential.horizons);
  if (all.some((horizons) => horizons.length === 0)) return;
  const shared = all[0]!.filter((horizon) => all.every((horizons) => horizons.includes(horizon)));
  if (shared.length > 0) return pairs.know(shared);
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'There are no steps ahead that all sides forecast',
    expected: 'horizons in common',
    got: all.map((horizons) => horizons.join(' ')).join(', '),
    where: 'forecast.horizons',
  });
}
