import type { Arena } from '../memory/arena.ts';
import type { Cell, CellWeights } from './cell.ts';
import { blockOf, Kernel } from './kernel.ts';
import { type Packed, packLayer, padTo4, unpackLayer } from './pack.ts';

/**
 * One layer in the kernel over windows of T steps of B series: forward, back, gradients. The bits equal those of
 * `forwardThroughTime` and `backwardThroughTime`. Its parameters lie in one block, W then b, packed; so do their gradients and the
 * optimiser's two moments, for which any one order serves.
 */
export class TrainingLayer {
  readonly cell: Cell;
  readonly hidden: number;
  readonly input: number;
  /** Numbers in each of the four blocks, a multiple of 4. */
  readonly count: number;
  /** Byte offsets of parameters, gradients, and the optimiser's m and v; `count` float32 each. */
  readonly parameters: number;
  readonly gradients: number;
  readonly m: number;
  readonly v: number;
  /** Byte offset of [T × B][H + I]: X of sample s goes to float32 index s × (H + I) + H. */
  readonly samples: number;
  /** Byte offset of [T × B][H] h_t. */
  readonly h: number;
  /** Byte offset of [T × B][I] dL/dX. */
  readonly dx: number;
  /** Byte offset of [B][states × H]. */
  readonly state: number;
  readonly #arena: Arena;
  readonly #kernel: Kernel;
  readonly #steps: number;
  readonly #batch: number;
  readonly #weights: CellWeights;
  readonly #sizeW: number;
  readonly #shape: number;
  readonly #record: number;
  readonly #d: number;
  readonly #dz: number;
  readonly #dzCount: number;
  readonly #Th: number;
  readonly #Tx: number;
  readonly #zeros: number;
  readonly #work: number;

  constructor(arena: Arena, cell: Cell, weights: CellWeights, steps: number, batch: number) {
    const { hidden: H, input: I } = weights;
    this.cell = cell;
    this.hidden = H;
    this.input = I;
    this.#arena = arena;
    this.#kernel = Kernel.of(arena);
    this.#steps = steps;
    this.#batch = batch;
    this.#weights = weights;
    const packed = packLayer(cell, weights);
    this.#shape = this.#kernel.shapeOf(cell);
    this.#sizeW = packed.W.length;
    this.count = packed.W.length + packed.b.length;
    const samples = steps * batch;
    // four numbers more: vectors may be read, never written, beyond the last
    const take = (floats: number): number => arena.take(blockOf((floats + 4) * 4));
    this.parameters = take(this.count);
    this.gradients = take(this.count);
    this.m = take(this.count);
    this.v = take(this.count);
    this.samples = take(samples * (H + I));
    this.h = take(samples * H);
    this.dx = take(samples * I);
    this.state = take(batch * cell.states * H);
    this.#record = take(samples * cell.record * H);
    this.#d = take(batch * cell.states * H);
    this.#dzCount = samples * packed.b.length;
    this.#dz = take(this.#dzCount);
    this.#Th = take(cell.gates * H * padTo4(H));
    this.#Tx = take(cell.gates * H * padTo4(I));
    this.#zeros = take(padTo4(Math.max(H, I)));
    this.#work = take(Math.max(16 * Math.max(packed.b.length, padTo4(H), padTo4(I)), 32 * 32));
    this.write('parameters', weights);
  }

  /** Sets one of the four blocks, given in the order of CellWeights. */
  write(block: 'parameters' | 'gradients' | 'm' | 'v', numbers: Packed): void {
    const { W, b } = packLayer(this.cell, { ...this.#weights, ...numbers });
    const { f32 } = this.#arena.view();
    f32.set(W, this[block] / 4);
    f32.set(b, this[block] / 4 + W.length);
  }

  /** One of the four blocks in the order of CellWeights. */
  read(block: 'parameters' | 'gradients' | 'm' | 'v'): Packed {
    const at = this[block] / 4;
    const numbers = this.#arena.view().f32.slice(at, at + this.count);
    const packed = { W: numbers.subarray(0, this.#sizeW), b: numbers.subarray(this.#sizeW) };
    return unpackLayer(this.cell, this.#weights, packed);
  }

  /**
   * Goes through the window: X and the state before it are in place, h_t and the state after it are then.
   *
   * @param batch series of this window, at most B; all that lies [T × B] is then [T × batch]
   */
  forward(batch = this.#batch): void {
    const { parameters: W, hidden: H, input: I } = this;
    this.#kernel.exports.forwardWindow(
      this.#shape,
      this.#steps,
      batch,
      H,
      I,
      W,
      W + this.#sizeW * 4,
      this.samples,
      this.state,
      this.h,
      this.#record,
      this.#work,
    );
  }

  /**
   * The way back; adds to the gradients and writes dL/dX.
   *
   * @param dh byte offset of [T × B][H] dL/dh_t from above
   * @param batch as of `forward`
   * @param wantsDx whether anybody needs dL/dX
   */
  backward(dh: number, batch = this.#batch, wantsDx = true): void {
    const { hidden: H, input: I } = this;
    const [T, B] = [this.#steps, batch];
    const dx = wantsDx ? this.dx : 0;
    const Tx = wantsDx ? this.#Tx : 0;
    const { exports } = this.#kernel;
    const { f32 } = this.#arena.view();
    f32.fill(0, this.#d / 4, this.#d / 4 + B * this.cell.states * H);
    exports.transposeWeights(this.#shape, H, I, this.parameters, this.#Th, Tx);
    exports.backwardWindow(
      this.#shape,
      T,
      B,
      H,
      I,
      this.#Th,
      Tx,
      this.parameters + this.#sizeW * 4,
      this.samples,
      this.#record,
      dh,
      dx,
      this.#d,
      this.#dz,
      this.#zeros,
      this.#work,
    );
    const gb = this.gradients + this.#sizeW * 4;
    exports.gradientsOfWindow(
      this.#shape,
      T,
      B,
      H,
      I,
      this.samples,
      this.#dz,
      this.gradients,
      gb,
      this.#work,
    );
  }
}
