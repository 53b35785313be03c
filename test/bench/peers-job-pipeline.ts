import { z } from 'zod';
import {
  align,
  type Aligned,
  AlignSettings,
  decode,
  type Frame,
  type Memory,
  type Model,
  pipeline,
  type Points,
  recur,
  type Recurred,
  runSettings,
  type Scaled,
  stage,
  type Stage,
  topology,
} from '../../src/index.ts';
import { Kernel } from '../../src/cell/kernel.ts';
import { packLinear } from '../../src/cell/pack.ts';

/** What the job's head adds. */
interface Told {
  /** [n × 12] the value 1, 2, … steps ahead. */
  readonly told: Float64Array;
}

/** Spreads below count as none, as the job has it. */
const LEAST_SPREAD = 1e-9;
/** Horizons that become fields of a point. */
const STORED = [1, 6, 12];

/** Welford's mean and sample standard deviation of each series, in float64, without a window: the job's own scale. */
function welford(memory: Memory): Stage<Frame, Scaled> {
  const slot = memory.series('welford', 'f64', 3); // n, mean, M2
  return stage(({ length: n, series, value }: Frame) => {
    const { f64 } = memory.view();
    const z = new Float32Array(n);
    const [mean, spread] = [new Float64Array(n), new Float64Array(n)];
    for (let i = 0; i < n; i++) {
      const at = slot.at(series[i]!);
      const count = f64[at]! + 1;
      const before = value[i]! - f64[at + 1]!;
      const m = f64[at + 1]! + before / count;
      const squares = f64[at + 2]! + before * (value[i]! - m);
      const sd = count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
      [f64[at], f64[at + 1], f64[at + 2]] = [count, m, squares];
      [mean[i], spread[i]] = [m, sd];
      z[i] = sd > LEAST_SPREAD ? (value[i]! - m) / sd : 0;
    }
    return { z, mean, spread };
  });
}

/** mean + sd × (W h + b), the head of all rows in one call of the kernel. */
function head(
  memory: Memory,
  { head: linear, hidden: H, horizon: Q }: Model,
): Stage<Scaled & Recurred, Told> {
  const { W, b } = packLinear(linear, H, Q);
  const kernel = Kernel.of(memory.arena);
  const { arena } = memory;
  const [weights, bias] = [arena.take(4 * W.length), arena.take(4 * b.length)];
  arena.view().f32.set(W, weights / 4);
  arena.view().f32.set(b, bias / 4);
  const together = 256;
  const h = arena.take(4 * together * H);
  const y = arena.take(4 * together * Q);
  return stage(({ hidden, mean, spread }: Scaled & Recurred) => {
    const n = mean.length;
    const told = new Float64Array(n * Q);
    const { f32 } = memory.view();
    for (let first = 0; first < n; first += together) {
      const rows = Math.min(together, n - first);
      f32.set(hidden.subarray(first * H, (first + rows) * H), h / 4);
      kernel.exports.linear(weights, bias, H, Q, h, y, rows);
      for (let i = 0, k = y / 4, at = first * Q; i < rows; i++)
        for (let q = 0; q < Q; q++, k++, at++) told[at] = mean[first + i]! + spread[first + i]! * f32[k]!;
    }
    return { told };
  });
}

/** One point a reading, at the reading's time: `forecast,series=S h1=…,h6=…,h12=…`. */
function points({ told, name, time, offset, length }: Frame & Told, Q: number): Points {
  const column = (h: number): Float64Array => Float64Array.from({ length }, (_, i) => told[i * Q + h - 1]!);
  return {
    measurement: 'forecast',
    length,
    series: name,
    time,
    tags: {},
    fields: Object.fromEntries(STORED.map((h) => [`h${h}`, column(h)])),
    offset,
  };
}

/**
 * The job that other stacks are measured by, of this product's parts: one LSTM step of hidden 64 and 12 horizons for each reading of 1,000
 * sensors. Scale and head are the job's own, as anyone would write them with `stage`; the rest is what runs live.
 *
 * @param onFrame is given every frame when it is through
 */
export function peersJob(isStored: boolean, onFrame: (frame: Frame & Told) => void) {
  return pipeline({
    name: 'peers-job',
    about: 'The job that other stacks are measured by.',
    settings: z.strictObject({ ...runSettings, align: AlignSettings }),
    defaults: {},
    topology: (settings, { memory, decoder, model }) => {
      if (model.horizon % 4 !== 0 || model.channels !== 1) throw new Error('Expected a head of the job');
      return topology(
        decode(memory, decoder),
        align(memory, settings.align, 1),
        welford(memory),
        recur(memory, model),
        head(memory, model),
      );
    },
    records: (frame: Frame & Aligned & Told, _, { model }) => {
      onFrame(frame);
      return isStored ? [points(frame, model.horizon)] : [];
    },
  });
}
