import type { LoggedCommand } from '../command.ts';
import type { RunSettings } from '../config/run-settings.ts';
import type { Log } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Task } from '../run/task.ts';
import { KafkaAdmin } from '../source/kafka-admin.ts';
import { kafkaClient } from '../source/kafka-client.ts';
import { rangeOf } from '../source/kafka-range.ts';
import type { Snapshot } from '../store/snapshots.ts';
import type { Restoring, StateRow } from '../store/store.ts';
import { rerun, type RerunRange } from '../verify/rerun.ts';
import type { FoundSnapshots } from './found-snapshots.ts';

/** The state that a partition begins a range of history with. */
export interface Beginning {
  readonly partition: number;
  /** The offset of the range's first record. */
  readonly next: number;
  /** Newest event time before, ms. */
  readonly watermark: number;
  readonly slots: Uint8Array;
  readonly rows: readonly (StateRow & { readonly birth: number })[];
  /** Rows that are kept of series that have left. */
  readonly archived: readonly StateRow[];
  /** What the way there began from; undefined: where the input begins. */
  readonly snapshot: Snapshot | undefined;
}

export interface StatesParts {
  readonly pipeline: Pipeline;
  /** Without the range: the input from where a run began with it. */
  readonly settings: RunSettings;
  /** Where the range begins, ms: by event time, of a topic by the timestamps of its records. */
  readonly from: number;
  /** Those that fit; partitions without one begin where the input does. */
  readonly snapshots: FoundSnapshots;
  /** All that took effect in the live run, by partition. */
  readonly commands: ReadonlyMap<number, readonly LoggedCommand[]> | undefined;
  readonly log: Log;
}

/**
 * The states that all partitions have come to where a range begins: before the first record that is not earlier. What came before is run again from the
 * nearest snapshots, muted, and nothing is written: so it does not matter which snapshots these are.
 *
 * @returns by partition; none of one that nothing came of before
 * @throws ForetideError as `rerun`
 */
export async function statesAt(parts: StatesParts): Promise<ReadonlyMap<number, Beginning>> {
  const { pipeline, settings, from, snapshots, commands, log } = parts;
  const found = new Map<number, Beginning>();
  const rangeFor = (partition: number): RerunRange => {
    const snapshot = snapshots.of.get(partition);
    const taken = snapshot?.commands ?? 0;
    return {
      from: snapshot?.next ?? null,
      to: Infinity,
      commands: (commands?.get(partition) ?? []).filter(({ number }) => number > taken),
      // which state it is, was looked at when it was found
      fingerprint: '',
      restore: snapshot && ((into: Restoring) => snapshots.restore(snapshot, into)),
      until: settings.input.kind === 'file' ? from - 1 : Infinity,
    };
  };
  await rerun({
    pipeline,
    settings: { ...settings, input: await inputBefore(settings.input, from, log) },
    ranges: new Map(),
    others: rangeFor,
    observer: {
      take: () => false,
      takeDead: () => false,
      ended(task) {
        const { partition } = task;
        const beginning = beginningOf(task, snapshots.of.get(partition));
        if (beginning) found.set(partition, beginning);
      },
    },
    log,
  });
  return found;
}

/** A copy, for the task goes. */
function beginningOf(task: Task, snapshot: Snapshot | undefined): Beginning | undefined {
  const { partition, position: next, watermark, memory } = task;
  if (next === null) return undefined;
  const rows = Array.from(memory.all(), ({ birth, series, bytes }) => ({
    birth,
    series,
    bytes: bytes.slice(),
  }));
  const archived = [...memory.archived()];
  return { partition, next, watermark, slots: memory.partitionBytes().slice(), rows, archived, snapshot };
}

/** The input as far as a range that begins then; files, which need not be in order of time, whole. */
async function inputBefore(
  input: RunSettings['input'],
  from: number,
  log: Log,
): Promise<RunSettings['input']> {
  switch (input.kind) {
    case 'file':
      return input;
    case 'sqlite':
    case 'influxdb':
      return { ...input, to: Math.min(from, input.to ?? Infinity) };
    case 'kafka':
      return { ...input, to: Object.fromEntries(await offsetsAt(input, from, log)) };
  }
}

/** The offsets that a range of a topic begins with, by partition. */
export async function offsetsAt(
  input: Extract<RunSettings['input'], { kind: 'kafka' }>,
  from: number,
  log: Log,
): Promise<ReadonlyMap<number, number>> {
  const admin = new KafkaAdmin(await kafkaClient(input, log), input.brokers);
  const { topic } = input;
  const { begins } = await admin.ask((asked) => rangeOf(asked, { topic, from, to: undefined }));
  return begins;
}
