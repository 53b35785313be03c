import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { RunSettings } from '../../src/config/run-settings.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { createModel } from '../../src/model/model.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import type { TaskParts } from '../../src/run/task.ts';
import type { Batch } from '../../src/source/source.ts';
import type { LoggedCommand } from '../../src/command.ts';
import type { Commit, Restored, Restoring, Store } from '../../src/store/store.ts';

/** The settings of live-forecast with a small model, JSON records `{ s, t, v }`, and what `set` says. */
export function settingsWith(...set: readonly string[]) {
  return settingsOf(liveForecast, ...set);
}

/** The same of another pipeline. */
export function settingsOf<S extends RunSettings>(pipeline: Pipeline<S>, ...set: readonly string[]) {
  return loadSettings(pipeline.settings, {
    defaults: {
      input: {
        kind: 'file',
        paths: ['not-read'],
        decode: { format: 'json', series: 's', time: 't', values: ['v'] },
      },
      model: { hidden: 2, horizon: 2 },
      page: { enabled: false },
    },
    set,
  });
}

/** What tasks are made from: live-forecast over some store. */
export function partsWith(store: Store, more: Partial<TaskParts> = {}): TaskParts {
  const settings = more.settings ?? settingsWith();
  const decoder = decoderFor(settings.input.decode);
  return {
    pipeline: liveForecast,
    settings,
    decoder,
    model: createModel(settings.model, decoder.channels.length),
    store,
    sink: undefined,
    deadLetters: undefined,
    stop: new AbortController().signal,
    ...more,
  };
}

/** Readings from–to of a partition as one batch, one a minute, of the series `a` unless others are named. */
export function batch(partition: number, from: number, to: number, series: readonly string[] = ['a']): Batch {
  const records = Array.from({ length: to - from }, (_, i) => {
    const offset = from + i;
    const reading = { s: series[i % series.length], t: offset * 60_000, v: Math.cos(offset) };
    return { offset, key: null, value: Buffer.from(JSON.stringify(reading)) };
  });
  return { partition, records, next: to };
}

interface Kept {
  readonly next: number;
  readonly rows: readonly { readonly series: string; readonly bytes: Uint8Array }[];
  readonly partition: Uint8Array;
}

/** A store in memory that remembers its commits; `before` may wait or throw in their place. */
export class KeptStore implements Store {
  readonly name = 'kept';
  readonly commits: { readonly partition: number; readonly next: number }[] = [];
  readonly commands: LoggedCommand[] = [];
  isOverdue: () => boolean = () => false;
  before: (commit: Commit) => Promise<void> | void = () => undefined;
  readonly #kept = new Map<number, Kept>();

  open(partition: number, _: string, into: Restoring): Promise<Restored | null> {
    const kept = this.#kept.get(partition);
    kept?.rows.forEach(({ series, bytes }, birth) => into.row(birth, series, bytes));
    if (kept) into.partition(kept.partition);
    return Promise.resolve(kept ? { next: kept.next, committed: kept.next, commands: [] } : null);
  }

  async commit(commit: Commit): Promise<void> {
    await this.before(commit);
    const { partition, next, partitionSlots } = commit;
    const rows = [...(this.#kept.get(partition)?.rows ?? [])];
    for (const { series, birth, bytes } of commit.rows) rows[birth] = { series, bytes: bytes.slice() };
    this.#kept.set(partition, { next, rows, partition: partitionSlots.slice() });
    this.commits.push({ partition, next });
    this.commands.push(...commit.commands);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
