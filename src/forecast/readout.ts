import { packedLength, resetP, type RlsSettings } from '../learn/rls.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import type { Plan } from './plan.ts';
import { ringPlace } from './ring.ts';
import { Teachers } from './teachers.ts';
import type { Workspace } from './workspace.ts';

/** λ of a step of the series. */
const FORGETTING = 0.9995;
/** An innovation counts as at most this many times the usual size (units, while there is none), whose rate is the other. */
const CUT = 4;
const CUT_RATE = 0.01;
/** A readout says at most this many units of movement. */
const REACH = 12;

/**
 * A linear readout of each series (or of the partition, as the plan says) and channel, learned by recursive least squares: the movement from y_t to y_{t+h}, in units, is
 * w_h·φ_t. One P serves all horizons: the gain of φ_t waits in a ring until the target has come. The kernel computes; the functions that are
 * named here are its references, in learn/rls.ts.
 *
 * Of weights that N series teach a reading forgets 1 / N of what it would of its own: so many readings make one step of all of them.
 */
export class Readout {
  /** d */
  readonly features: number;
  readonly #memory: Memory;
  readonly #plan: Plan;
  readonly #ring: number;
  readonly #rls: Omit<RlsSettings, 'forgetting'>;
  /** [channels][packed d × d] */
  readonly #P: Slot;
  /** [channels][Q][d] */
  readonly #W: Slot;
  /** [ring][channels][d] */
  readonly #phi: Slot;
  readonly #gain: Slot;
  /** [channels][Q] usual size of an innovation. */
  readonly #usual: Slot;
  readonly #workspace: Workspace;
  readonly #teachers: Teachers;

  /**
   * @param name of the slots
   * @param start P begins as this × I, and its trace stays below that of the beginning
   */
  constructor(
    memory: Memory,
    name: string,
    features: number,
    start: number,
    plan: Plan,
    workspace: Workspace,
  ) {
    const { channels, horizons, farthest, weights } = plan;
    this.features = features;
    this.#memory = memory;
    this.#plan = plan;
    this.#ring = farthest + 1;
    this.#rls = { start, traceLimit: start * features };
    this.#P = memory.learned(weights, `${name}.P`, 'f32', packedLength(features) * channels);
    this.#W = memory.learned(weights, `${name}.W`, 'f32', horizons.length * features * channels);
    this.#phi = memory.series(`${name}.phi`, 'u16', this.#ring * channels * features);
    this.#gain = memory.series(`${name}.gain`, 'u16', this.#ring * channels * features);
    this.#usual = memory.learned(weights, `${name}.usual`, 'f32', horizons.length * channels);
    this.#workspace = workspace;
    this.#teachers = new Teachers(memory, plan);
  }

  /** The series begins anew: w = 0. Weights that others may have taught stay as they are. */
  clear(row: number, channel: number): void {
    const { u16 } = this.#memory.view();
    const { channels } = this.#plan;
    if (this.#teachers.mayClear(row, channel)) this.#clearWeights(row, channel);
    for (let place = 0; place < this.#ring; place++) {
      const at = this.#gain.at(row) + (place * channels + channel) * this.features;
      u16.fill(0, at, at + this.features);
    }
  }

  #clearWeights(row: number, channel: number): void {
    const { f32 } = this.#memory.view();
    const Q = this.#plan.horizons.length;
    this.loosen(row, channel);
    const W = this.#weights(row, channel);
    f32.fill(0, W, W + Q * this.features);
    f32.fill(0, this.#usual.at(row) + Q * channel, this.#usual.at(row) + Q * (channel + 1));
  }

  /** P as at the beginning: what comes counts as much as all that was. */
  loosen(row: number, channel: number): void {
    const P = this.#P.at(row) + packedLength(this.features) * channel;
    resetP(this.#memory.view().f32, P, this.features, this.#rls.start);
  }

  /** Puts φ of step `index` in place. */
  put(row: number, channel: number, index: number, phi: Float64Array): void {
    const { kernel, work } = this.#workspace;
    this.#memory.view().f64.set(phi, work / 8);
    kernel.packHalves(work, 2 * (this.#phi.at(row) + this.#place(index, channel)), this.features);
  }

  /**
   * The movement to every horizon that φ of step `index` says, in units: `rlsDot`, cut.
   *
   * @param to byte offset of where they go, [Q] float64
   */
  moves(row: number, channel: number, index: number, to: number): void {
    const { kernel, work } = this.#workspace;
    const phi = 2 * (this.#phi.at(row) + this.#place(index, channel));
    const Q = this.#plan.horizons.length;
    kernel.rlsMoves(4 * this.#weights(row, channel), phi, this.features, Q, REACH, to, work);
  }

  /** Learns by `rlsLearn` from the targets that have come, as the workspace tells them. */
  learn(row: number, channel: number): void {
    const { kernel, moved, places } = this.#workspace;
    const { horizons, channels } = this.#plan;
    const first = this.#place(0, channel);
    kernel.rlsLearn(
      4 * this.#weights(row, channel),
      4 * (this.#usual.at(row) + horizons.length * channel),
      2 * (this.#phi.at(row) + first),
      2 * (this.#gain.at(row) + first),
      2 * channels * this.features,
      this.features,
      horizons.length,
      places,
      moved,
      CUT,
      CUT_RATE,
    );
  }

  /**
   * P takes in φ of step `index` by `rlsGain`, and its gain is put where `learn` will find it. A P of zeros, of a readout that has come to a
   * series of before (see `migrationOf`), begins here: its last number is that of the constant feature, and never 0 once it has begun.
   */
  takeIn(row: number, channel: number, index: number): void {
    const { kernel, work } = this.#workspace;
    const place = this.#place(index, channel);
    const first = this.#P.at(row) + packedLength(this.features) * channel;
    if (this.#memory.view().f32[first + packedLength(this.features) - 1] === 0) this.loosen(row, channel);
    const P = 4 * first;
    const [phi, gain] = [2 * (this.#phi.at(row) + place), 2 * (this.#gain.at(row) + place)];
    const { start, traceLimit } = this.#rls;
    const forgetting = 1 - (1 - FORGETTING) / this.#teachers.count(channel);
    kernel.rlsGain(P, this.features, phi, gain, forgetting, start, traceLimit, work);
  }

  #place(index: number, channel: number): number {
    return (ringPlace(index, this.#ring) * this.#plan.channels + channel) * this.features;
  }

  #weights(row: number, channel: number): number {
    return this.#W.at(row) + this.#plan.horizons.length * channel * this.features;
  }
}
