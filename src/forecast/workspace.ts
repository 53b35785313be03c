import { Kernel } from '../cell/kernel.ts';
import type { KernelExports } from '../cell/kernel-exports.ts';
import type { Memory } from '../memory/memory.ts';
import type { Plan } from './plan.ts';

/** Float64 that the kernel may read beyond the last. */
const BEYOND = 3;

/** Byte offsets of what the model's head is given and says. */
export interface HeadRoom {
  /** [H] float32 */
  readonly hidden: number;
  /** [O] float64 */
  readonly said: number;
  /** [Q] float64 */
  readonly moves: number;
}

/** Float64 of forecasts that are taken out together, unless those of one row are more: they are to stay in the nearest cache. */
const TOLD = 2048;

/** Byte offsets of a block's columns: see Block. */
export interface BlockRoom {
  /** Where the kernel finds the rest: 7 i32. */
  readonly table: number;
  /** [together] u32 */
  readonly rows: number;
  /** [together] float64; `days` likewise */
  readonly index: number;
  readonly days: number;
  /** [together][channels] float64 each */
  readonly observed: number;
  readonly values: number;
  readonly means: number;
  readonly spreads: number;
  /** [together][H] float32 */
  readonly hidden: number;
  /** [together × channels × Q] i32 */
  readonly turned: number;
  /** [7][together × channels] float64 */
  readonly found: number;
}

/** Byte offsets of the columns of `forecast`. */
export interface ToldRoom {
  readonly yhat: number;
  readonly lo: number;
  readonly hi: number;
}

/** Byte offsets of the bands of all levels of one channel of a reading, [Q][B] float64 each. */
export interface FurtherRoom {
  readonly los: number;
  readonly his: number;
}

/**
 * Where numbers lie on their way to the kernel and back, as byte offsets in the arena. They mean something within one channel of one
 * reading; the place is shared by all that use the arena and may move when it grows: ask anew for each frame.
 */
export class Workspace {
  /** Byte offset of the horizons, [Q] i32. */
  readonly horizons: number;
  /** Rows that `told` and `block` have room for, at least 1. */
  readonly together: number;
  readonly #memory: Memory;
  readonly #kernel: Kernel;
  /** Forecasts of a row. */
  readonly #forecasts: number;
  /** Bands of a channel of a row. */
  readonly #bands: number;
  readonly #toMoved: number;
  readonly #toErrors: number;
  readonly #toChanges: number;
  readonly #toPlaces: number;
  readonly #toTargets: number;
  readonly #toWork: number;
  readonly #toTold: number;
  readonly #toFurther: number;
  readonly #toHead: HeadRoom;
  readonly #toBlock: BlockRoom;

  /**
   * @param experts those that say a movement
   * @param features the most features of a readout
   * @param hidden H of the model, where its head is asked
   */
  constructor(
    memory: Memory,
    { channels, horizons, farthest, levels }: Plan,
    experts: number,
    features: number,
    hidden = 0,
  ) {
    const Q = horizons.length;
    const numbers = 3 * channels * Q;
    this.together = Math.max(1, Math.floor(TOLD / numbers));
    this.#forecasts = channels * Q;
    this.#bands = Q * levels.length;
    this.#memory = memory;
    this.#kernel = Kernel.of(memory.arena);
    this.horizons = this.#kernel.keep(Int32Array.from(horizons));
    this.#toMoved = 8 * (experts * Q + BEYOND);
    this.#toErrors = this.#toMoved + 8 * (Q + BEYOND);
    this.#toChanges = this.#toErrors + 8 * Q;
    this.#toPlaces = this.#toChanges + 8 * Q;
    this.#toTargets = this.#toPlaces + 8 * Q;
    this.#toWork = this.#toTargets + 8 * 2 * Q;
    this.#toTold = this.#toWork + 8 * 3 * (features + 2 * BEYOND);
    this.#toFurther = this.#toTold + 8 * this.together * numbers;
    const toHead = this.#toFurther + 8 * 2 * this.#bands;
    const toSaid = toHead + 8 * Math.ceil(hidden / 2);
    const toMoves = toSaid + 8 * (farthest + 1);
    this.#toHead = { hidden: toHead, said: toSaid, moves: toMoves };
    const table = toMoves + 8 * Q;
    const rows = table + 8 * 4;
    const index = rows + 8 * Math.ceil(this.together / 2);
    const days = index + 8 * this.together;
    const observed = days + 8 * this.together;
    const [values, means, spreads, toHidden] = [1, 2, 3, 4].map(
      (columns) => observed + 8 * columns * this.together * channels,
    ) as [number, number, number, number];
    const turned = toHidden + 4 * this.together * hidden;
    const found = 8 * Math.ceil((turned + 4 * this.together * channels * Q) / 8);
    this.#toBlock = {
      table,
      rows,
      index,
      days,
      observed,
      values,
      means,
      spreads,
      hidden: toHidden,
      turned,
      found,
    };
    this.#kernel.reserve(found + 8 * 7 * this.together * channels);
  }

  /** The kernel's functions. */
  get kernel(): KernelExports {
    return this.#kernel.exports;
  }

  /** [experts][Q] float64: what the experts say, in units. */
  get moves(): number {
    return this.#kernel.workspace;
  }

  /** [Q] float64: how far the series has moved to each horizon, in units; NaN where no target has come. */
  get moved(): number {
    return this.#kernel.workspace + this.#toMoved;
  }

  /** [Q] float64: errors of the forecasts; NaN where no target has come. */
  get errors(): number {
    return this.#kernel.workspace + this.#toErrors;
  }

  /** [Q] float64: how far the series has moved to each horizon since it was forecast; NaN where no target has come. */
  get changes(): number {
    return this.#kernel.workspace + this.#toChanges;
  }

  /** [Q] i32: place in the rings of the step that each target was forecast at. */
  get places(): number {
    return this.#kernel.workspace + this.#toPlaces;
  }

  /** [3][Q] i32: see Targets. */
  get targets(): number {
    return this.#kernel.workspace + this.#toTargets;
  }

  /** 3 (d + 6) float64 that a readout computes with. */
  get work(): number {
    return this.#kernel.workspace + this.#toWork;
  }

  /** Where the model's head is asked. */
  get head(): HeadRoom {
    const { workspace } = this.#kernel;
    const { hidden, said, moves } = this.#toHead;
    return { hidden: workspace + hidden, said: workspace + said, moves: workspace + moves };
  }

  /** Where the columns of a block go; the kernel is told. */
  get block(): BlockRoom {
    const from = this.#kernel.workspace;
    const { table, rows, index, days, observed, values, means, spreads, hidden, turned, found } =
      this.#toBlock;
    const { i32 } = this.#memory.view();
    [rows, index, observed, this.#toPlaces, this.#toErrors, this.#toChanges, this.#toMoved].forEach(
      (to, k) => {
        i32[(from + table) / 4 + k] = from + to;
      },
    );
    return {
      table: from + table,
      rows: from + rows,
      index: from + index,
      days: from + days,
      observed: from + observed,
      values: from + values,
      means: from + means,
      spreads: from + spreads,
      hidden: from + hidden,
      turned: from + turned,
      found: from + found,
    };
  }

  /** Columns of `forecast` for so many rows, one behind the other: [rows × channels × Q] float64. */
  told(rows: number): ToldRoom {
    const yhat = this.#kernel.workspace + this.#toTold;
    const column = 8 * rows * this.#forecasts;
    return { yhat, lo: yhat + column, hi: yhat + 2 * column };
  }

  /** Where the bands of all levels go. */
  get further(): FurtherRoom {
    const los = this.#kernel.workspace + this.#toFurther;
    return { los, his: los + 8 * this.#bands };
  }
}
