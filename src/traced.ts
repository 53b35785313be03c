import { tracingChannel } from 'node:diagnostics_channel';

/**
 * Work of a run that takes time: the state of a partition comes from the store (`restore`), a sink takes points (`sink-write`), all of a commit
 * (`commit`), which a `sink-write` is a part of.
 */
export type Work = 'restore' | 'sink-write' | 'commit';

/** What whoever listens is told of it: the context of Node's tracing channels, which adds `result` or `error`. */
export interface WorkFacts {
  readonly pipeline: string;
  readonly partition: number;
}

/** Work that has ended. */
export interface WorkDone {
  readonly work: Work;
  readonly seconds: number;
  /** Whether it has failed. */
  readonly isFailed: boolean;
}

const CHANNELS = {
  restore: tracingChannel<unknown, WorkFacts>('foretide:restore'),
  'sink-write': tracingChannel<unknown, WorkFacts>('foretide:sink-write'),
  commit: tracingChannel<unknown, WorkFacts>('foretide:commit'),
};

/**
 * Does a piece of work, and tells of it by the channels `tracing:foretide:WORK:start`, `…:end`, `…:asyncStart`, `…:asyncEnd` and `…:error`: what
 * follows them, such as OpenTelemetry, need not be known here. Where nobody does, that costs nothing.
 *
 * @param told is told how long it has taken
 * @throws what the work throws
 * @see https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 */
export async function traced<T>(
  work: Work,
  facts: WorkFacts,
  does: () => Promise<T>,
  told: ((done: WorkDone) => void) | undefined,
): Promise<T> {
  const began = performance.now();
  let isFailed = true;
  try {
    const result = await CHANNELS[work].tracePromise(does, { ...facts });
    isFailed = false;
    return result;
  } finally {
    told?.({ work, seconds: (performance.now() - began) / 1000, isFailed });
  }
}
