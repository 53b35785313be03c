import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import liveForecast from '../../pipelines/live-forecast.ts';
import { Candidates } from '../../src/candidate/candidates.ts';
import { FrameTaps } from '../../src/candidate/frame-taps.ts';
import { checkedSettings, type Tree } from '../../src/config/load.ts';
import { silentLog } from '../../src/log.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { prepare } from '../../src/run/prepare.ts';
import { SnapshotTaker } from '../../src/run/snapshot-taker.ts';
import { Tasks } from '../../src/run/tasks.ts';
import type { Batch, SourceRecord } from '../../src/source/source.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

/** Writes readings of two series, an hour a step; `a` is wild for a while. */
export function writeReadings(path: string, steps: number): void {
  const lines = Array.from({ length: steps }, (_, step) =>
    ['a', 'b'].map((s, k) => {
      const isWild = s === 'a' && step >= 244 && step < 252;
      const v = isWild ? 90 + step : Math.sin(step / 4 + k) * 5 + ((step * 7) % 11) / 5;
      return `${JSON.stringify({ s, t: START + step * HOUR, v })}\n`;
    }),
  );
  writeFileSync(path, lines.flat().join(''));
}

/** What the settings of a run over such readings are made from. */
export function treeOf(path: string, db: string, more: Tree = {}): Tree {
  return {
    input: { kind: 'file', paths: [path], decode: { format: 'json', series: 's', time: 't', values: ['v'] } },
    model: { hidden: 2, horizon: 2, name: 'old' },
    forecast: { store: [1, 2] },
    store: { path: db, retention: '3650d' },
    page: { enabled: false },
    commit: { readings: 10 },
    ...more,
  };
}

/** A run whose records are handed over as the test says, with candidates beside it. */
export class LiveRun {
  readonly tasks: Tasks;
  readonly candidates: Candidates;
  readonly #store: SqliteStore;
  readonly #records: readonly SourceRecord[];

  private constructor(
    tasks: Tasks,
    candidates: Candidates,
    store: SqliteStore,
    records: readonly SourceRecord[],
  ) {
    this.tasks = tasks;
    this.candidates = candidates;
    this.#store = store;
    this.#records = records;
  }

  static async open(tree: Tree, pipeline: Pipeline = liveForecast): Promise<LiveRun> {
    const settings = checkedSettings(pipeline.settings, tree);
    const { decoder, model, source } = await prepare(settings, silentLog);
    const path = settings.store.path!;
    const store = new SqliteStore(path, settings.store);
    const taps = new FrameTaps(pipeline);
    const stop = new AbortController().signal;
    const task = { pipeline, settings, decoder, model, store, sink: undefined, deadLetters: undefined, stop };
    const tasks: Tasks = new Tasks(
      { ...task, pipeline: taps.pipeline, variant: (over) => candidates.variant(over) },
      silentLog,
    );
    const parts = { tree: () => tree, settings: () => settings, task, tasks, taps, log: silentLog };
    const candidates = new Candidates({ ...parts, path: () => path });
    const records: SourceRecord[] = [];
    const handler = {
      open: async () => null,
      lose: async () => undefined,
      handle: async (batch: Batch) => void records.push(...batch.records),
    };
    await source.run(handler, stop);
    const taker = SnapshotTaker.of(settings.snapshots, { path, fresh: false, log: silentLog });
    tasks.onCommit((of, { next }) => taker?.committed(of, next));
    await tasks.open(0);
    return new LiveRun(tasks, candidates, store, records);
  }

  /** How many records come before an offset. */
  before(offset: number): number {
    return this.#records.filter((record) => record.offset < offset).length;
  }

  /** The position of the one partition. */
  get position(): number {
    return this.tasks.all[0]!.position ?? 0;
  }

  /** Hands over the records up to the one of this number, so many at a time, and commits. */
  async feed(to: number, each = 7): Promise<void> {
    const offsets = this.#records.map(({ offset }) => offset);
    let from = offsets.findIndex((offset) => offset >= this.position);
    for (; from >= 0 && from < to; from += each) {
      const end = Math.min(to, from + each);
      const next = offsets[end] ?? offsets.at(-1)! + 1;
      await this.tasks.handle({ partition: 0, records: this.#records.slice(from, end), next });
    }
    await this.tasks.still(0, async () => undefined);
  }

  async close(): Promise<void> {
    await this.candidates.drop();
    await this.tasks.close();
    await this.#store.close();
  }
}

/** Rows of a table of a run, as text, in the order of their keys. */
export function rowsOf(db: string, sql: string): readonly string[] {
  const database = new DatabaseSync(db, { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => JSON.stringify(row));
  } finally {
    database.close();
  }
}

export { HOUR, START };
