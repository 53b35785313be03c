import type { LoggedCommand } from '../command.ts';
import type { Snapshot } from '../store/snapshots.ts';

/** Commands that have not taken effect in what a partition begins from. */
export function commandsSince(
  commands: ReadonlyMap<number, readonly LoggedCommand[]> | undefined,
  begun: ReadonlyMap<number, Snapshot>,
): ReadonlyMap<number, readonly LoggedCommand[]> | undefined {
  if (!commands) return undefined;
  return new Map(
    Array.from(commands, ([partition, some]) => [
      partition,
      some.filter(({ number }) => number > (begun.get(partition)?.commands ?? 0)),
    ]),
  );
}

/** Commands that have not taken effect in states that history was run up to: all up to their positions have. */
export function commandsBehind(
  commands: ReadonlyMap<number, readonly LoggedCommand[]>,
  places: ReadonlyMap<number, { readonly next: number }>,
): ReadonlyMap<number, readonly LoggedCommand[]> {
  return new Map(
    Array.from(commands, ([partition, some]) => [
      partition,
      some.filter(({ before }) => before > (places.get(partition)?.next ?? -1)),
    ]),
  );
}
