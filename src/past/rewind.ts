import type { Command, LoggedCommand, Rewind } from '../command.ts';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { silentLog } from '../log.ts';
import { readLayout, type SlotPlace } from '../memory/layout.ts';
import type { Memory } from '../memory/memory.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Task } from '../run/task.ts';
import { type Overlaid, rerun } from '../verify/rerun.ts';
import { pastRanges } from './past-ranges.ts';

/** What is to be forgotten. Event times, ms. */
export interface RewindOrder {
  readonly series: string;
  /** The series is put back to what it was then. */
  readonly to: number;
  /** What it forgets, both ends included; what came since `to` apart from it is taken in again. Default: all since `to`. */
  readonly excise?: readonly [from: number, to: number] | undefined;
}

export interface RewindParts {
  readonly pipeline: Pipeline;
  /** Of the run. */
  readonly settings: RunSettings;
  /** The settings with something over them, where something was promoted. */
  readonly overlaid?: Overlaid | undefined;
  readonly log?: Log;
}

/** Slots that stay: people have been told of alerts, outputs are counted on, and something of the series has come. */
const STAY = ['alert', 'digest', 'series'];

/**
 * The command that puts a series back: what its state would be had a stretch of its readings never come. The series' history is run again, from the nearest snapshot
 * before, to where its task stands; nothing that comes of it is written. All other series stay as they are.
 *
 * @param task that knows the series, of which everything is committed, and which takes nothing in until this has resolved
 * @throws ForetideError SETTINGS_INVALID for times that make no stretch; COMMAND_REFUSED where the series' weights are taught by others too, or nothing of the
 *   series is left; whatever `pastRanges` and `rerun` throw
 */
export async function rewind(
  task: Task,
  order: RewindOrder,
  { pipeline, settings, overlaid, log = silentLog }: RewindParts,
): Promise<Rewind> {
  const { series } = order;
  const { partition, memory } = task;
  const left = stretchOf(order, task.clock);
  if (memory.isTaughtInTurn) throw taughtByOthers(series);
  // what earlier ones left out stays out
  const stretches = (commands: readonly LoggedCommand[]): readonly Stretch[] => [
    left,
    ...commands.flatMap(({ command }) => (isRewindOf(series, command) ? [command.left] : [])),
  ];
  const begin = (commands: readonly LoggedCommand[]): number =>
    Math.min(...stretches(commands).map(([from]) => from)) - 1;
  const past = await pastRanges(pipeline.name, settings, { at: Infinity, begin, log });
  let row: Uint8Array | undefined;
  try {
    const range = past.ranges.get(partition);
    if (!range || range.to !== task.next) throw notWhole(partition, task.next, range?.to);
    const all = stretches(past.commands.get(partition)!);
    // what they put in its place is what is made here
    const commands = range.commands.filter(({ command }) => !isRewindOf(series, command));
    await rerun({
      pipeline,
      settings: past.settings,
      ranges: new Map([[partition, { ...range, commands }]]),
      isLeftOut: (name, time) => name === series && all.some(([from, to]) => time >= from && time <= to),
      observer: {
        take: () => false,
        takeDead: () => false,
        ended({ memory: again }) {
          const found = again.find(series);
          if (found !== undefined) row = again.rowBytes(found);
        },
      },
      overlaid,
      log,
    });
  } finally {
    past.close();
  }
  if (!row) throw nothingLeft(series);
  return {
    kind: 'rewind',
    series,
    left,
    state: Buffer.from(staying(memory, series, row)).toString('base64'),
  };
}

type Stretch = readonly [from: number, to: number];

/** @param now event time, ms */
function stretchOf({ to, excise }: RewindOrder, now: number): [from: number, to: number] {
  const [from, end] = excise ?? [to + 1, Math.max(now, to + 1)];
  if (from <= end && from >= to) return [from, end];
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'What is to be forgotten is no stretch of time since the series is put back',
    expected: 'an excised stretch that begins at --to or later, and ends after that',
    got: `${isoOf(from)} to ${isoOf(end)}, back to ${isoOf(to)}`,
  });
}

function isRewindOf(series: string, command: Command): command is Rewind {
  return command.kind === 'rewind' && command.series === series;
}

/** The row with what stays of the one that is there. */
function staying(memory: Memory, series: string, row: Uint8Array): Uint8Array {
  const now = memory.rowBytes(memory.find(series)!);
  const { slots } = readLayout(memory.layout()).series;
  for (const { offset, bytes } of slots.filter(stays)) row.set(now.subarray(offset, offset + bytes), offset);
  return row;
}

function stays({ name }: SlotPlace): boolean {
  return STAY.some((slot) => name === slot || name.startsWith(`${slot}.`));
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}

function taughtByOthers(series: string): ForetideError {
  return new ForetideError('COMMAND_REFUSED', {
    what: 'The series cannot be put back by itself: others teach its weights too',
    got: series,
    where: 'forecast.weights: partition',
  });
}

function notWhole(partition: number, next: number | null, to: number | undefined): ForetideError {
  return new ForetideError('COMMAND_REFUSED', {
    what: 'What is stored of the partition is not what it has committed',
    expected: `position ${next}`,
    got: to === undefined ? 'nothing' : `position ${to}`,
    where: `partition ${partition}`,
    todo: 'Give it again.',
    canRetry: true,
  });
}

function nothingLeft(series: string): ForetideError {
  return new ForetideError('COMMAND_REFUSED', {
    what: 'Nothing of the series would be left',
    got: series,
    todo: 'Put it back to a time at which it had come.',
  });
}
