import { knownChannels } from '../align/known.ts';
import { blockOf, type FrameRoom, Kernel } from '../cell/kernel.ts';
import { packLayer, packLinear } from '../cell/pack.ts';
import { TrainingLayer } from '../cell/training-layer.ts';
import { type Base, cut } from '../forecast/base.ts';
import { PAST, type Past } from '../forecast/past.ts';
import { planOf } from '../forecast/plan.ts';
import { placeBefore, ringPlace } from '../forecast/ring.ts';
import type { ForecastSettings } from '../forecast/settings.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import type { Model } from '../model/model.ts';
import { ADAM, adamFactors, clipFactor } from './adam.ts';
import { adamInKernel, dropGradients, squaresOf } from './adam-in-kernel.ts';
import { LinearLayer } from './linear-layer.ts';
import type { Trainable } from './trainable.ts';

/** T, steps of a window. */
const WINDOW = 24;
/** Steps from one update to the next. */
const EVERY = 4;
/** Horizons that the cell is taught by, as far as they are forecast. */
const TAUGHT = [1, 3, 6, 12, 24, 48];
/** Movements are cut at so many units, and their errors count linearly from one unit on (Huber). */
const TARGET_CUT = 4;
const HUBER = 1;
/** Norm that the gradients of an update are brought down to. */
const CLIP = 1;
/** Adam's settings. */
const ONLINE = { ...ADAM, rate: 3e-3 };

/** Where a trainable layer's numbers lie in Memory: those of a series, or of all series of the partition. */
interface Kept {
  readonly layer: Trainable;
  readonly parameters: Slot;
  readonly m: Slot;
  readonly v: Slot;
}

/**
 * A recurrent cell of each series' own, in Memory: it begins as the model's and learns from every reading by truncated backpropagation
 * through time.
 *
 * 1. At every 4th step a window of 24 steps is gone through, from the state that was kept of its first step. A linear head reads the
 *    movements to some horizons off each h; its errors, Huber's, are what the cell learns from (Adam, gradients clipped at 1).
 * 2. Every second window ends as many steps ago as the farthest of these horizons: only there are all targets known, and without such
 *    windows the far horizons would hardly be learned.
 * 3. Only targets that have come are used. A window that steps without a reading interrupt is passed over.
 * 4. `weights: partition`: weights and Adam's moments are one set, which each series' windows teach; windows and states stay each series'
 *    own.
 */
class OwnCell {
  readonly #memory: Memory;
  readonly #model: Model;
  /** Places in a reading of the channels that are forecast. */
  readonly #targets: readonly number[];
  /** Horizons that are taught. */
  readonly #taught: readonly number[];
  /** Steps that inputs and states are kept of. */
  readonly #ring: number;
  readonly #stateWidth: number;
  readonly #layer: TrainingLayer;
  readonly #head: LinearLayer;
  readonly #kept: readonly Kept[];
  readonly #layers: readonly Trainable[];
  /** Byte offset of dL/dh [T][H]. */
  readonly #dh: number;
  readonly #begin: { readonly cell: Float32Array; readonly head: Float32Array };
  /** Updates made, plus 1 once the weights are there; β1^t, β2^t. */
  readonly #progress: Slot;
  /** [ring] step number, [ring][I] X, [ring][state] h and C after it. */
  readonly #index: Slot;
  readonly #inputs: Slot;
  readonly #states: Slot;
  /** [ring][targets] 1 for a channel that was not observed; undefined where readings have one number, which always was. */
  readonly #missing: Slot | undefined;

  /** Byte offset of what the cell is made of, for the kernel. */
  readonly #shape: number;
  /** Bytes of W, before b. */
  readonly #sizeW: number;
  /** Byte offset of the kernel's table of one layer. */
  readonly #table: number;

  constructor(memory: Memory, model: Model, settings: ForecastSettings) {
    const { targets, farthest, weights: scope } = planOf(model, settings, knownChannels(memory));
    const { cell, layers, hidden: H, inputs: I } = model;
    const [weights] = layers as [(typeof layers)[0]];
    this.#memory = memory;
    this.#model = model;
    this.#targets = targets;
    this.#taught = TAUGHT.filter((h) => h <= farthest);
    this.#ring = WINDOW + this.#taught.at(-1)! + 1;
    this.#stateWidth = cell.states * H;
    const outputs = targets.length * this.#taught.length;
    const { arena } = memory;
    this.#layer = new TrainingLayer(arena, cell, weights, WINDOW, 1);
    const nothing = { W: new Float32Array(H * outputs), b: new Float32Array(outputs) };
    this.#head = new LinearLayer(arena, nothing, WINDOW);
    this.#dh = arena.take(blockOf((WINDOW * H + 4) * 4));
    const kept = (name: string, layer: Trainable): Kept => ({
      layer,
      parameters: memory.learned(scope, `own.${name}`, 'f32', layer.count),
      m: memory.learned(scope, `own.${name}.m`, 'f32', layer.count),
      v: memory.learned(scope, `own.${name}.v`, 'f32', layer.count),
    });
    this.#kept = [kept('cell', this.#layer), kept('head', this.#head)];
    this.#layers = [this.#layer, this.#head];
    const packed = packLayer(cell, weights);
    const head = packLinear(nothing, H, outputs);
    this.#shape = Kernel.of(arena).shapeOf(cell);
    this.#sizeW = packed.W.byteLength;
    this.#table = arena.take(16);
    this.#begin = { cell: joined(packed.W, packed.b), head: joined(head.W, head.b) };
    this.#progress = memory.learned(scope, 'own.progress', 'f64', 3);
    this.#index = memory.series('own.index', 'f64', this.#ring);
    this.#inputs = memory.series('own.inputs', 'f32', this.#ring * I);
    this.#states = memory.series('own.states', 'f32', this.#ring * this.#stateWidth);
    this.#missing =
      model.channels > 1 ? memory.series('own.missing', 'u16', this.#ring * targets.length) : undefined;
  }

  /**
   * Steps the series' own cell, as `Kernel.step` does with the model's.
   *
   * @param room where X, the places of the states and h lie
   * @param from the first of the steps in it
   * @param workspace byte offset of the kernel's
   */
  step(row: number, room: FrameRoom, from: number, steps: number, workspace: number): void {
    const { hidden: H, inputs: I } = this.#model;
    const W = this.#weights(row);
    this.#memory.view().i32.set([W, W + this.#sizeW, I], this.#table / 4);
    Kernel.of(this.#memory.arena).exports.stepFrame(
      this.#shape,
      steps,
      room.states + 4 * from,
      room.x + 4 * I * from,
      this.#table,
      1,
      H,
      this.#stateWidth,
      room.hidden + 4 * H * from,
      workspace,
    );
  }

  /** Byte offset of the series' weights, W then b; at first they are those of the model. */
  #weights(row: number): number {
    const { f32, f64 } = this.#memory.view();
    const [cell, head] = this.#kept as [Kept, Kept];
    const progress = this.#progress.at(row);
    if (f64[progress] === 0) {
      f64.set([1, 1, 1], progress);
      f32.set(this.#begin.cell, cell.parameters.at(row));
      f32.set(this.#begin.head, head.parameters.at(row));
    }
    return cell.parameters.at(row) * 4;
  }

  /**
   * Keeps what a step was made of, and what came of it.
   *
   * @param x index in `view().f32` of X
   * @param state index in `view().f32` of h and C after it
   */
  remember(row: number, index: number, x: number, state: number): void {
    const { f32, f64 } = this.#memory.view();
    const { inputs: I } = this.#model;
    const place = ringPlace(index, this.#ring);
    f64[this.#index.at(row) + place] = index;
    f32.copyWithin(this.#inputs.at(row) + place * I, x, x + I);
    f32.copyWithin(this.#states.at(row) + place * this.#stateWidth, state, state + this.#stateWidth);
  }

  /**
   * Keeps which channels step `index` has a target of.
   *
   * @param value numbers of the reading, from `from` on
   */
  observe(row: number, index: number, value: Float64Array, from: number): void {
    if (!this.#missing) return;
    const { u16 } = this.#memory.view();
    const at = this.#missing.at(row) + ringPlace(index, this.#ring) * this.#targets.length;
    for (const [c, place] of this.#targets.entries())
      u16[at + c] = Number.isNaN(value[from + place]!) ? 1 : 0;
  }

  /** Whether step `index` has a reading in which the channel was not observed. */
  #isMissing(row: number, channel: number, index: number): boolean {
    if (!this.#missing) return false;
    const { u16, f64 } = this.#memory.view();
    const place = ringPlace(index, this.#ring);
    const at = this.#missing.at(row) + place * this.#targets.length + channel;
    return f64[this.#index.at(row) + place] === index && u16[at] === 1;
  }

  /** Learns from what has come up to step `index`. */
  learn(row: number, index: number, base: Base, past: Past): void {
    if (index % EVERY !== 0) return;
    const isLate = (index / EVERY) % 2 === 1;
    const first = index - (isLate ? this.#taught.at(-1)! : 0) - WINDOW + 1;
    if (first <= 1 || !this.#load(row, first)) return;
    this.#layer.forward(1);
    this.#head.forward(this.#layer.h, WINDOW);
    const terms = this.#errors(row, first, index, base, past);
    if (terms === 0) return;
    this.#head.backward(this.#layer.h, this.#dh, WINDOW);
    this.#layer.backward(this.#dh, 1, false);
    this.#update(row);
  }

  /** Puts window, state before it and parameters in place; false where a step of it has no reading. */
  #load(row: number, first: number): boolean {
    const { f32, f64 } = this.#memory.view();
    const { hidden: H, inputs: I } = this.#model;
    const indexAt = this.#index.at(row);
    for (let s = first - 1; s < first + WINDOW; s++)
      if (f64[indexAt + ringPlace(s, this.#ring)] !== s) return false;
    const before = this.#states.at(row) + ringPlace(first - 1, this.#ring) * this.#stateWidth;
    f32.copyWithin(this.#layer.state / 4, before, before + this.#stateWidth);
    for (let t = 0; t < WINDOW; t++) {
      const x = this.#inputs.at(row) + ringPlace(first + t, this.#ring) * I;
      f32.copyWithin(this.#layer.samples / 4 + t * (H + I) + H, x, x + I);
    }
    for (const { layer, ...slots } of this.#kept)
      for (const block of ['parameters', 'm', 'v'] as const) {
        const from = slots[block].at(row);
        f32.copyWithin(layer[block] / 4, from, from + layer.count);
      }
    return true;
  }

  /** dL/dy of the window's targets that are known; says how many they are. */
  #errors(row: number, first: number, index: number, base: Base, past: Past): number {
    const { f32 } = this.#memory.view();
    const { y, dy, stride } = this.#head;
    const width = this.#taught.length;
    let terms = 0;
    const now = ringPlace(index, PAST);
    for (let channel = 0; channel < this.#targets.length; channel++) {
      const unit = past.known(row, channel, index) > index - first ? base.unit(row, channel) : 0;
      const pastAt = past.first(row, channel);
      for (let t = 0; t < WINDOW; t++) {
        const left = index - first - t; // steps from this one until now
        const from = f32[pastAt + placeBefore(now, left, PAST)]!;
        for (let q = 0; q < width; q++) {
          const at = t * stride + channel * width + q;
          const h = this.#taught[q]!;
          if (h > left || !(unit > 0) || this.#isMissing(row, channel, first + t + h)) {
            f32[dy / 4 + at] = 0;
            continue;
          }
          const moved = cut((f32[pastAt + placeBefore(now, left - h, PAST)]! - from) / unit, TARGET_CUT);
          f32[dy / 4 + at] = cut(f32[y / 4 + at]! - moved, HUBER);
          terms++;
        }
      }
    }
    for (let i = dy / 4; i < dy / 4 + WINDOW * stride; i++) f32[i] = f32[i]! / Math.max(1, terms);
    return terms;
  }

  #update(row: number): void {
    const { exports } = Kernel.of(this.#memory.arena);
    const { f32, f64 } = this.#memory.view();
    const squares = squaresOf(exports, this.#layers);
    if (!Number.isFinite(squares)) return dropGradients(f32, this.#layers);
    const progress = this.#progress.at(row);
    f64[progress] = f64[progress]! + 1;
    f64[progress + 1] = f64[progress + 1]! * ONLINE.beta1;
    f64[progress + 2] = f64[progress + 2]! * ONLINE.beta2;
    const k = adamFactors(ONLINE, f64[progress + 1]!, f64[progress + 2]!);
    const clip = clipFactor(squares, CLIP);
    for (const { layer, ...slots } of this.#kept) {
      adamInKernel(exports, layer, clip, k);
      for (const block of ['parameters', 'm', 'v'] as const) {
        const from = layer[block] / 4;
        f32.copyWithin(slots[block].at(row), from, from + layer.count);
      }
    }
  }
}

/** The cell of each series' own, where `learn` asks for one. */
export function ownCellOf(memory: Memory, model: Model, settings: ForecastSettings): OwnCell | undefined {
  return planOf(model, settings, knownChannels(memory)).learn === 'full'
    ? new OwnCell(memory, model, settings)
    : undefined;
}

function joined(W: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(W.length + b.length);
  out.set(W);
  out.set(b, W.length);
  return out;
}
