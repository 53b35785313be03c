import { blockOf, Kernel } from '../cell/kernel.ts';
import { packLinear, padTo4, unpackLinear } from '../cell/pack.ts';
import type { Arena } from '../memory/arena.ts';
import type { Linear } from './linear.ts';
import type { Block, Trainable } from './trainable.ts';

/** A linear layer in the kernel, there and back over up to `samples` samples. The bits equal those of `linear` and `linearBack`. */
export class LinearLayer implements Trainable {
  readonly count: number;
  readonly parameters: number;
  readonly gradients: number;
  readonly m: number;
  readonly v: number;
  /** Byte offset of y [samples][O], each row padded to `stride` numbers. */
  readonly y: number;
  /** Byte offset of dL/dy, laid out as y; the padding stays zero. */
  readonly dy: number;
  /** Numbers from one sample's y to the next. */
  readonly stride: number;
  readonly #arena: Arena;
  readonly #hidden: number;
  readonly #outputs: number;
  readonly #sizeW: number;
  readonly #T: number;
  readonly #zeros: number;
  readonly #work: number;

  constructor(arena: Arena, weights: Linear, samples: number) {
    this.#arena = arena;
    this.#outputs = weights.b.length;
    this.#hidden = weights.W.length / weights.b.length;
    const H = padTo4(this.#hidden);
    this.stride = padTo4(this.#outputs);
    this.#sizeW = this.#hidden * this.stride;
    this.count = this.#sizeW + this.stride;
    const take = (floats: number): number => arena.take(blockOf((floats + 4) * 4));
    this.parameters = take(this.count);
    this.gradients = take(this.count);
    this.m = take(this.count);
    this.v = take(this.count);
    this.y = take(samples * this.stride);
    this.dy = take(samples * this.stride);
    this.#T = take(this.#outputs * H);
    this.#zeros = take(H);
    this.#work = take(Math.max(16 * H, 32 * 32));
    this.write('parameters', weights);
  }

  write(block: Block, numbers: Linear): void {
    const { W, b } = packLinear(numbers, this.#hidden, this.#outputs);
    const { f32 } = this.#arena.view();
    f32.set(W, this[block] / 4);
    f32.set(b, this[block] / 4 + W.length);
  }

  read(block: Block): Linear {
    const at = this[block] / 4;
    const numbers = this.#arena.view().f32.slice(at, at + this.count);
    const packed = { W: numbers.subarray(0, this.#sizeW), b: numbers.subarray(this.#sizeW) };
    return unpackLinear(packed, this.#hidden, this.#outputs);
  }

  /**
   * y = b + h W.
   *
   * @param h byte offset of [samples][H]
   */
  forward(h: number, samples: number): void {
    const { parameters: W } = this;
    const { exports } = Kernel.of(this.#arena);
    exports.linear(W, W + this.#sizeW * 4, this.#hidden, this.#outputs, h, this.y, samples);
  }

  /**
   * The way back from dL/dy; adds to the gradients.
   *
   * @param h as of `forward`
   * @param dh byte offset of [samples][H], written
   */
  backward(h: number, dh: number, samples: number): void {
    const { parameters, gradients } = this;
    Kernel.of(this.#arena).exports.linearBack(
      parameters,
      this.#hidden,
      this.#outputs,
      h,
      this.dy,
      dh,
      gradients,
      gradients + this.#sizeW * 4,
      samples,
      this.#T,
      this.#zeros,
      this.#work,
    );
  }
}
