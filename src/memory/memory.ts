import { ForetideError } from '../errors.ts';
import type { Evictions, Restoring, StateRow } from '../store/store.ts';
import { type Arena, processArena, type View } from './arena.ts';
import { EvictedRows } from './evicted-rows.ts';
import { Rows } from './rows.ts';
import { type RowParts, type Slot, SlotTable, type SlotType } from './slot.ts';

/** Where a Memory takes its room from, and how much. */
export interface MemoryOptions {
  readonly arena?: Arena;
  /** The most that the partition's slots and the rows of its series may take, in bytes. Series beyond it are refused. */
  readonly maxStateBytes?: number;
}

/**
 * Every number of one partition that must survive a restart, in named slots: per series (h, C, scaler, …) or for the
 * partition as a whole (watermark, counts). Stages borrow slots by name when they are built, and read and write them through
 * `view()` at `slot.at(row)`; they keep nothing of their own.
 *
 * 1. While the topology is built: `series(…)` and `partition(…)` declare slots. The first `seal()`, `row()` or `restore()` ends that.
 * 2. New rows hold zeros in every slot.
 * 3. `view()` is valid until the next `row()`: take it at the start of a frame, never keep it.
 * 4. With `mayEvict()` series may leave: their rows are taken by series that come later, so that a row's number says nothing beyond a frame. Each series
 *    has its number of birth, which no other ever gets; `rows` are in that order, which is the same in every run.
 */
export class Memory {
  readonly #arena: Arena;
  readonly #maxStateBytes: number;
  readonly #seriesSlots: SlotTable;
  readonly #partitionSlots: SlotTable;
  readonly #rules = new Map<string, string>();
  #isTaughtInTurn = false;
  #imagesEvery = 0;
  readonly #rowOf = new Map<string, number>();
  /** By row. What stands there of a row that is free means nothing. */
  readonly #names: string[] = [];
  readonly #births: number[] = [];
  /** In the order of birth. */
  #rows: number[] = [];
  /** Where series may leave: the number that the next one gets. */
  #nextBirth: Slot | undefined;
  /** Series with larger numbers of birth have come since the last commit, or this one. */
  #firstUncommitted = 0;
  /** Series of the last commit that have left since, each with its row. */
  readonly #left = new Map<string, number>();
  /** Where something of the series that leave is kept. */
  #evicted: EvictedRows | undefined;
  #series: Rows | undefined;
  #partition: Rows | undefined;

  constructor({ arena = processArena, maxStateBytes = Infinity }: MemoryOptions = {}) {
    this.#arena = arena;
    this.#maxStateBytes = maxStateBytes;
    this.#seriesSlots = new SlotTable('series');
    this.#partitionSlots = new SlotTable('partition');
  }

  /** Where the rows lie; a kernel steps them in place. */
  get arena(): Arena {
    return this.#arena;
  }

  /** Borrows `width` numbers of each series under `name`. Asking again with the same shape gives the same slot. */
  series(name: string, type: SlotType, width = 1): Slot {
    return this.#seriesSlots.declare(name, type, width);
  }

  /** The slot of each series with this name, where a stage has asked for it. */
  seriesSlot(name: string): Slot | undefined {
    return this.#seriesSlots.find(name);
  }

  /** The partition's slot with this name, where a stage has asked for it. */
  partitionSlot(name: string): Slot | undefined {
    return this.#partitionSlots.find(name);
  }

  /** Borrows `width` numbers of the partition under `name`; `slot.at` gives the same place for every row. */
  partition(name: string, type: SlotType, width = 1): Slot {
    return this.#partitionSlots.declare(name, type, width);
  }

  /**
   * Borrows `width` numbers that readings teach: each series its own, or one set of the partition that all its series teach in turn.
   * `slot.at(row)` says where they lie, either way.
   */
  learned(scope: 'series' | 'partition', name: string, type: SlotType, width = 1): Slot {
    if (scope === 'series') return this.series(name, type, width);
    this.#isTaughtInTurn = true;
    this.#mustGoBackAlone();
    return this.partition(name, type, width);
  }

  /**
   * Whether a stage has borrowed numbers that all series teach in turn. What a series' reading is told then depends on what the reading
   * before it has taught, whichever series that was of: all stages are to see one reading before the first sees the next.
   */
  get isTaughtInTurn(): boolean {
    return this.#isTaughtInTurn;
  }

  /**
   * Borrows `width` numbers of each series that stand apart: no image holds them, and going back to one leaves them as they are.
   */
  apart(name: string, type: SlotType, width = 1): Slot {
    return this.#seriesSlots.declare(name, type, width, true);
  }

  /**
   * Makes room for `count` images of each series' row: of all its slots but those that stand apart. They are part of the row, so that they are
   * committed, rolled back and restored with it.
   *
   * @param every event time between two of them, ms: the grace of late readings
   * @throws ForetideError PIPELINE_INVALID where a stage borrows, now or later, numbers that all series teach in turn
   */
  keepImages(count: number, every: number): void {
    this.#seriesSlots.keepImages(count);
    this.#imagesEvery = every;
    this.#mustGoBackAlone();
  }

  /** Images that are kept of each series' row. */
  get images(): number {
    return this.#seriesSlots.imageCount;
  }

  /** Event time between two images of a row, ms; 0 where none are kept. */
  get imagesEvery(): number {
    return this.#imagesEvery;
  }

  /** The i-th image of a series' row is what its slots hold now. The caller has announced a change of the row. */
  keepImage(row: number, i: number): void {
    const { start, image, own } = this.#imagePlace(row, i);
    this.view().u8.copyWithin(image, start, start + own);
  }

  /** The slots of a series hold what the i-th image does. The caller has announced a change of the row. */
  restoreImage(row: number, i: number): void {
    const { start, image, own } = this.#imagePlace(row, i);
    this.view().u8.copyWithin(start, image, image + own);
  }

  /** Bytes of the arena: a row, its i-th image, and how long each is. */
  #imagePlace(row: number, i: number): { start: number; image: number; own: number } {
    const start = this.#series!.base(row);
    const { own, apart } = this.#seriesSlots.parts;
    return { start, image: start + own + apart + i * own, own };
  }

  /** A series of which images are kept goes back to one without the others: what they all teach would not. */
  #mustGoBackAlone(): void {
    if (!this.#isTaughtInTurn || this.images === 0) return;
    throw new ForetideError('PIPELINE_INVALID', {
      what: 'A series cannot go back to an earlier state where all series of a partition teach one set of weights',
      expected: 'weights of its own for each series',
      got: 'one set for the partition',
      where: 'align.grace, forecast.weights',
      todo: 'Set forecast.weights to series, or align.grace to none.',
    });
  }

  /** Says that the numbers follow rules of a package, in a version: no other part of the layout tells. */
  follow(rules: string, version: string): void {
    this.#rules.set(rules, version);
  }

  /** Ends the declaration of slots and lays the rows out. */
  seal(): void {
    if (this.#series) return;
    this.#series = this.#layOut(this.#seriesSlots, (row) => row);
    this.#partition = this.#layOut(this.#partitionSlots, () => 0);
    this.#partition.add();
    this.#partition.committed();
  }

  /** @param rowOf row of the slots in which the numbers of a series lie */
  #layOut(slots: SlotTable, rowOf: (series: number) => number): Rows {
    const rows: Rows = new Rows(
      this.#arena,
      slots.seal((series) => rows.base(rowOf(series))),
    );
    return rows;
  }

  /** Names, types, widths and places of all slots, and the rules that their numbers follow: part of the state's fingerprint. */
  layout(): string {
    this.seal();
    const rules = [...this.#rules].map(([name, version]) => `${name} ${version}`);
    return [this.#seriesSlots.describe(), this.#partitionSlots.describe(), ...rules].join('\n');
  }

  /** Bytes that one series takes. */
  get bytesPerSeries(): number {
    this.seal();
    return this.#series!.stride;
  }

  /** What the parts of a series' row take, in bytes. */
  get partsOfSeries(): RowParts {
    this.seal();
    return this.#seriesSlots.parts;
  }

  /** Bytes that the partition's slots take. */
  get bytesPerPartition(): number {
    this.seal();
    return this.#partition!.stride;
  }

  /** Series that `maxStateBytes` leaves room for. */
  get mostSeries(): number {
    return Math.max(0, Math.floor((this.#maxStateBytes - this.bytesPerPartition) / this.bytesPerSeries));
  }

  /** Number of series. */
  get length(): number {
    return this.#rows.length;
  }

  /** Rows of all series, in the order of birth. A view: valid until a series comes or leaves. */
  get rows(): readonly number[] {
    return this.#rows;
  }

  /** Name of the series in this row. */
  name(row: number): string {
    return this.#names[row]!;
  }

  /** Number of birth of the series in this row: smaller than of any that has come since. */
  birth(row: number): number {
    return this.#births[row]!;
  }

  /**
   * The row of a series, made when it is new; -1 when it is new and `maxStateBytes` leaves no room. Of a series that has left and is kept it holds
   * what it held then, else zeros. May grow the arena.
   */
  row(name: string): number {
    const known = this.#rowOf.get(name);
    if (known !== undefined) return known;
    this.seal();
    if (this.length >= this.mostSeries) return -1;
    const row = this.#born(name, this.#takeBirth());
    this.#rows.push(row);
    const kept = this.#evicted?.find(name);
    if (!kept) return row;
    restoreBytes(this.#series!.bytes(row), kept, `series ${name}`);
    this.#evicted!.remove(name);
    return row;
  }

  #born(name: string, birth: number): number {
    const row = this.#series!.add();
    this.#rowOf.set(name, row);
    this.#names[row] = name;
    this.#births[row] = birth;
    return row;
  }

  #takeBirth(): number {
    const birth = this.#peekBirth();
    if (!this.#nextBirth) return birth;
    this.touchPartition();
    this.view().f64[this.#nextBirth.at(0)] = birth + 1;
    return birth;
  }

  /** The number that the next series gets. */
  #peekBirth(): number {
    if (this.#nextBirth) return this.view().f64[this.#nextBirth.at(0)]!;
    return this.length === 0 ? 0 : this.birth(this.#rows.at(-1)!) + 1;
  }

  /**
   * Lets series leave. While the topology is built.
   *
   * @param isKept whether their rows are kept, so that they are found again when the series come back
   */
  mayEvict({ isKept }: { readonly isKept: boolean }): void {
    this.#nextBirth = this.partition('series.births', 'f64');
    if (isKept) this.#evicted ??= new EvictedRows();
  }

  /** Whether series may leave. */
  get evicts(): boolean {
    return this.#nextBirth !== undefined;
  }

  /** Series leave, by their rows. Part of the next commit, as all changes are. */
  evict(rows: readonly number[]): void {
    if (rows.length === 0) return;
    for (const row of rows) {
      const name = this.name(row);
      this.#evicted?.put(name, this.#series!.bytes(row));
      this.#rowOf.delete(name);
      if (this.birth(row) < this.#firstUncommitted) this.#left.set(name, row);
    }
    const gone = new Set(rows);
    this.#rows = this.#rows.filter((row) => !gone.has(row));
    this.#series!.remove(rows);
  }

  /** What has become of series that left since the last commit; undefined where none ever do. */
  get evictions(): Evictions | undefined {
    if (!this.evicts) return undefined;
    return {
      gone: [...this.#left.keys()].filter((name) => !this.#rowOf.has(name)),
      rowBytes: this.bytesPerSeries,
      archived: this.#evicted?.added() ?? [],
      returned: this.#evicted?.removed() ?? [],
      allArchived: () => this.archived(),
    };
  }

  /** Whether a series has left and is kept. */
  isArchived(series: string): boolean {
    return !this.#rowOf.has(series) && this.#evicted?.find(series) !== undefined;
  }

  /** Rows that are kept of series that have left, in the order of the bytes of their names. */
  *archived(): Generator<StateRow> {
    if (this.#evicted) yield* this.#evicted.all();
  }

  /** The row of a series, or undefined when it was never seen, or has left. */
  find(name: string): number | undefined {
    return this.#rowOf.get(name);
  }

  /** Announces that the series' slots will change. */
  touch(row: number): void {
    this.#series!.touch(row);
  }

  /** Announces that the partition's slots will change. */
  touchPartition(): void {
    this.seal();
    this.#partition!.touch(0);
  }

  /** Typed arrays in which `slot.at(row)` points, as of now. */
  view(): View {
    return this.#arena.view();
  }

  /** Byte offset in the arena of a series' row, which its slots lie in: those of `series`, each behind its `offset`. */
  rowAt(row: number): number {
    return this.#series!.base(row);
  }

  /** A copy of what the series' slots hold, by their names. */
  numbers(row: number): Record<string, number[]> {
    this.seal();
    const view = this.view();
    return Object.fromEntries(
      this.#seriesSlots.all.map((slot) => {
        const at = slot.at(row);
        return [slot.name, [...view[slot.type].subarray(at, at + slot.width)]];
      }),
    );
  }

  /** A copy of a series' slots as bytes. */
  rowBytes(row: number): Uint8Array {
    this.seal();
    return this.#series!.bytes(row).slice();
  }

  /**
   * Puts a series' slots to other bytes.
   *
   * @throws ForetideError STATE_CORRUPT when they are not of this layout, or the series was never seen
   */
  putRow(series: string, bytes: Uint8Array): void {
    const row = this.find(series);
    if (row === undefined) throw corrupt(`series ${series}`, 'one that has come', 'none');
    this.touch(row);
    restoreBytes(this.#series!.bytes(row), bytes, `series ${series}`);
  }

  /** The rows touched since the last commit, as bytes; each view is valid until the row changes. */
  *changed(): Generator<StateRow & { readonly birth: number }> {
    this.seal();
    for (const row of this.#series!.changed) yield this.#stateRow(row);
  }

  /** All rows as bytes, in the order of birth; each view is valid until the row changes. */
  *all(): Generator<StateRow & { readonly birth: number }> {
    this.seal();
    for (const row of this.#rows) yield this.#stateRow(row);
  }

  #stateRow(row: number): StateRow & { readonly birth: number } {
    return { birth: this.birth(row), series: this.name(row), bytes: this.#series!.bytes(row) };
  }

  /** Number of rows touched since the last commit. */
  get changedLength(): number {
    return this.#series?.changed.size ?? 0;
  }

  /** The partition's slots as bytes. */
  partitionBytes(): Uint8Array {
    this.seal();
    return this.#partition!.bytes(0);
  }

  /** What is there now is the committed state. */
  committed(): void {
    if (!this.#series) return;
    this.#series.committed();
    this.#partition!.committed();
    this.#evicted?.committed();
    this.#left.clear();
    this.#firstUncommitted = this.#peekBirth();
  }

  /** Back to the committed state; series born since are gone, those that have left since are back. */
  rollback(): void {
    if (!this.#series) return;
    const committed = this.#rows.filter((row) => {
      if (this.birth(row) < this.#firstUncommitted) return true;
      this.#rowOf.delete(this.name(row));
      return false;
    });
    this.#series.rollback();
    this.#partition!.rollback();
    this.#evicted?.rollback();
    for (const [name, row] of this.#left) {
      this.#rowOf.set(name, row);
      committed.push(row);
    }
    this.#rows = this.#left.size > 0 ? this.#byBirth(committed) : committed;
    this.#left.clear();
  }

  #byBirth(rows: readonly number[]): number[] {
    return rows.toSorted((a, b) => this.birth(a) - this.birth(b));
  }

  /** Takes what a store kept into an empty Memory, row by row; `restored` ends it. */
  restoring(): Restoring {
    this.#begin();
    return {
      row: (birth, series, bytes) => this.#restoreRow(birth, series, bytes),
      partition: (bytes) => restoreBytes(this.#partition!.bytes(0), bytes, 'the partition slots'),
      archived: (series, bytes) => this.#evicted?.put(series, bytes),
      forget: (kind, series) => this.#forget(kind, series),
      clear: () => {
        this.release();
        this.#begin();
      },
    };
  }

  /**
   * What was restored is the committed state.
   *
   * @throws ForetideError STATE_CORRUPT when two series have one number of birth, or a row is missing where none ever leaves
   */
  restored(): void {
    this.#begin();
    this.#rows = this.#byBirth([...this.#rowOf.values()]);
    const births = this.#rows.map((row) => this.birth(row));
    const newest = births.at(-1) ?? -1;
    const twice = births.find((birth, i) => birth === births[i - 1]);
    if (twice !== undefined) throw corrupt('the rows of the series', 'one of each birth', `two of ${twice}`);
    if (!this.evicts && newest + 1 > births.length)
      throw corrupt('the rows of the series', String(newest + 1), String(births.length));
    if (this.#nextBirth) {
      const { f64 } = this.view();
      const at = this.#nextBirth.at(0);
      // what was written while none left knows of no such number
      f64[at] = Math.max(f64[at]!, newest + 1);
    }
    this.committed();
  }

  /**
   * Fills an empty Memory with rows in the order of birth; that is the committed state then.
   *
   * @param partition its own slots; null: they stay zeros
   * @throws ForetideError STATE_CORRUPT when the bytes are not of this layout
   */
  restore(rows: Iterable<StateRow>, partition: Uint8Array | null): void {
    const into = this.restoring();
    let birth = 0;
    for (const { series, bytes } of rows) into.row(birth++, series, bytes);
    if (partition) into.partition(partition);
    this.restored();
  }

  #restoreRow(birth: number, series: string, bytes: Uint8Array): void {
    const row = this.#rowOf.get(series) ?? this.#born(series, birth);
    this.#births[row] = birth;
    restoreBytes(this.#series!.bytes(row), bytes, `series ${series}`);
  }

  #forget(kind: 'series' | 'archive', series: string): void {
    if (kind === 'archive') return this.#evicted?.remove(series);
    const row = this.#rowOf.get(series);
    if (row === undefined) return;
    this.#rowOf.delete(series);
    this.#series!.remove([row]);
  }

  /** The partition has its slots. */
  #begin(): void {
    this.seal();
    if (this.#partition!.length > 0) return;
    this.#partition!.add();
    this.#partition!.committed();
  }

  /** Gives all memory back to the arena; this Memory is empty then, without slots of the partition too, until it is restored anew. */
  release(): void {
    this.#series?.release();
    this.#partition?.release();
    this.#evicted?.release();
    this.#rowOf.clear();
    this.#left.clear();
    this.#names.length = 0;
    this.#births.length = 0;
    this.#rows = [];
    this.#firstUncommitted = 0;
  }
}

function restoreBytes(to: Uint8Array, bytes: Uint8Array, where: string): void {
  if (bytes.length !== to.length) throw corrupt(where, `${to.length} bytes`, String(bytes.length));
  to.set(bytes);
}

function corrupt(where: string, expected: string, got: string): ForetideError {
  return new ForetideError('STATE_CORRUPT', {
    what: 'The stored state does not fit the layout',
    expected,
    got,
    where,
    todo: 'Start with --fresh, or with the settings and the version that wrote it.',
  });
}
