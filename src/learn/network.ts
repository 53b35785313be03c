import type { Cell, CellWeights } from '../cell/cell.ts';
import { cellOf } from '../cell/cells.ts';
import { blockOf } from '../cell/kernel.ts';
import { TrainingLayer } from '../cell/training-layer.ts';
import type { Arena } from '../memory/arena.ts';
import type { Linear } from './linear.ts';
import { LinearLayer } from './linear-layer.ts';
import type { Trainable } from './trainable.ts';

/** Parameters of recurrent layers, one above the other, and of the head above them. */
export interface NetworkWeights {
  readonly layers: readonly CellWeights[];
  readonly head: Linear;
}

/** What the network is, and over which windows it is trained. */
export interface NetworkShape {
  readonly cell: Cell['name'];
  readonly activation?: 'tanh' | 'sigmoid' | 'relu' | undefined;
  /** T, steps of a window. */
  readonly steps: number;
  /** The head looks at the last so many steps of a window: 1, or up to T. */
  readonly scored: number;
}

/** Recurrent layers and a linear head in the kernel, over windows of T steps of up to `batch` samples. Every window starts from h = C = 0. */
export class Network {
  /** Layers from the lowest to the head. */
  readonly parts: readonly Trainable[];
  readonly head: LinearLayer;
  readonly hidden: number;
  readonly #arena: Arena;
  readonly #shape: NetworkShape;
  readonly #layers: readonly TrainingLayer[];
  readonly #dh: number;
  /** Factors of each layer's X from the layer below, where there is dropout. */
  readonly #factors: readonly Float32Array[];

  constructor(arena: Arena, shape: NetworkShape, { layers, head }: NetworkWeights, batch: number) {
    const cell = cellOf(shape.cell, shape.activation);
    this.#arena = arena;
    this.#shape = shape;
    this.#layers = layers.map((weights) => new TrainingLayer(arena, cell, weights, shape.steps, batch));
    this.hidden = layers.at(-1)!.hidden;
    this.head = new LinearLayer(arena, head, shape.scored * batch);
    this.parts = [...this.#layers, this.head];
    this.#dh = arena.take(blockOf((shape.steps * batch * this.hidden + 4) * 4));
    this.#factors = layers.slice(1).map(({ input }) => new Float32Array(shape.steps * batch * input));
  }

  /** The parameters as they are now. */
  weights(): NetworkWeights {
    return {
      layers: this.#layers.map((layer) => ({
        hidden: layer.hidden,
        input: layer.input,
        ...layer.read('parameters'),
      })),
      head: this.head.read('parameters'),
    };
  }

  /**
   * Puts X in place.
   *
   * @param inputs rows of I numbers
   * @param starts each sample's first row; the next T − 1 follow it
   */
  load(inputs: Float32Array, starts: Int32Array): void {
    const { f32 } = this.#arena.view();
    const [{ samples, hidden: H, input: I }] = this.#layers as [TrainingLayer];
    const batch = starts.length;
    for (let s = 0; s < this.#shape.steps * batch; s++) {
      const from = (starts[s % batch]! + Math.floor(s / batch)) * I;
      const to = samples / 4 + s * (H + I) + H;
      for (let i = 0; i < I; i++) f32[to + i] = inputs[from + i]!;
    }
  }

  /**
   * From X to y of the scored steps, [scored × batch] in `head.y`.
   *
   * @param fill writes a layer's factors of dropout [T × batch][I]; absent: no dropout
   */
  forward(batch: number, fill?: (layer: number, factors: Float32Array) => void): void {
    const { f32 } = this.#arena.view();
    this.#layers.forEach((layer, l) => {
      if (l > 0) this.#lift(this.#layers[l - 1]!, layer, batch, this.#factorsOf(l, fill));
      f32.fill(0, layer.state / 4, layer.state / 4 + batch * layer.cell.states * layer.hidden);
      layer.forward(batch);
    });
    this.head.forward(this.#scoredH(batch), this.#shape.scored * batch);
  }

  /**
   * The way back from `head.dy`; adds to the gradients. Follows a `forward` of as many samples.
   *
   * @param dropped whether that one had dropout
   */
  backward(batch: number, dropped: boolean): void {
    const { f32 } = this.#arena.view();
    const { steps, scored } = this.#shape;
    const unscored = (steps - scored) * batch * this.hidden;
    f32.fill(0, this.#dh / 4, this.#dh / 4 + unscored);
    this.head.backward(this.#scoredH(batch), this.#dh + unscored * 4, scored * batch);
    let dh = this.#dh;
    for (let l = this.#layers.length - 1; l >= 0; l--) {
      const layer = this.#layers[l]!;
      layer.backward(dh, batch, l > 0);
      dh = layer.dx;
      if (!dropped || l === 0) continue;
      const factors = this.#factors[l - 1]!;
      for (let i = 0; i < steps * batch * layer.input; i++) f32[dh / 4 + i]! *= factors[i]!;
    }
  }

  #scoredH(batch: number): number {
    const { steps, scored } = this.#shape;
    return this.#layers.at(-1)!.h + (steps - scored) * batch * this.hidden * 4;
  }

  #factorsOf(
    layer: number,
    fill: ((layer: number, factors: Float32Array) => void) | undefined,
  ): Float32Array | undefined {
    if (!fill) return undefined;
    const factors = this.#factors[layer - 1]!;
    fill(layer, factors);
    return factors;
  }

  /** h of a layer becomes X of the one above. */
  #lift(below: TrainingLayer, above: TrainingLayer, batch: number, factors: Float32Array | undefined): void {
    const { f32 } = this.#arena.view();
    const { hidden: H, input: I } = above;
    for (let s = 0; s < this.#shape.steps * batch; s++) {
      const from = below.h / 4 + s * I;
      const to = above.samples / 4 + s * (H + I) + H;
      for (let i = 0; i < I; i++) f32[to + i] = f32[from + i]! * (factors ? factors[s * I + i]! : 1);
    }
  }
}
