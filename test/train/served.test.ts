import { from } from 'rxjs';
import { expect, test } from 'vitest';
import { recur } from '../../src/cell/recur.ts';
import { decode } from '../../src/decode/decode.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';
import { align } from '../../src/align/align.ts';
import { forecast } from '../../src/forecast/forecast.ts';
import { ADAM } from '../../src/learn/adam.ts';
import { linear } from '../../src/learn/linear.ts';
import type { TrainingRows } from '../../src/learn/shard.ts';
import { Trainer } from '../../src/learn/trainer.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { scale } from '../../src/scale/scale.ts';
import { topology } from '../../src/stage.ts';
import { Collector } from '../../src/train/collector.ts';
import type { History } from '../../src/train/history.ts';
import { trainingSet } from '../../src/train/training-set.ts';
import { batchOf, record } from '../checks/topology.ts';
import { quickSettings } from './settings.ts';
import { waves } from './signal.ts';

const STEPS = 150;
const HORIZON = 4;

/** What a trainer's network says of the window that begins with the first row, [steps][HORIZON]. */
async function outputsOf(model: Model, rows: TrainingRows, steps: number): Promise<Float32Array> {
  const trainer = new Trainer({
    shape: { cell: model.cell.name, steps, scored: steps },
    weights: model,
    rows,
    loss: { kind: 'mse' },
    size: 1,
    dropout: 0,
    seed: 1,
    batch: 1,
    adam: ADAM,
    schedule: { kind: 'constant' },
    threads: 1,
  });
  const outputs = new Float32Array(steps * HORIZON);
  trainer.evaluate(Int32Array.of(0), outputs);
  await trainer.close();
  return outputs;
}

test.each([
  ['rnn', 'mean'],
  ['lstm', 'mean'],
  ['gru', 'mean'],
  ['gru', 'robust'],
])(
  '%s, scaled by %s: what is trained is what is served: from h = C = 0 on, mean + spread × the network is the live forecast, and of a target the reading',
  async (cell, method) => {
    const decoder = decoderFor(DecodeSettings.parse({ format: 'json', series: 'series' }));
    const model = createModel(ModelSettings.parse({ cell, layers: 2, hidden: 8, horizon: HORIZON }), 1);
    const observations = waves(1, STEPS + HORIZON);
    const batch = batchOf(observations.map((each, i) => record(i, each)));
    const settings = quickSettings(
      'x.csv',
      `train={steps: ${STEPS}, validate: 0}`,
      `scale={method: ${method}, window: 90}`,
    );

    const collector = new Collector(decoder, settings, 'plain');
    await collector.open(0);
    await collector.handle(batch);
    const { rows } = trainingSet(collector.take(), 1, HORIZON, settings.train);
    const outputs = await outputsOf(model, rows, STEPS);

    const memory = new Memory();
    const served: { yhat: Float64Array; mean: number; spread: number }[] = [];
    from([batch])
      .pipe(
        topology(
          decode(memory, decoder),
          align(memory, settings.align),
          scale(memory, 1, settings.scale),
          recur(memory, model),
          forecast(memory, model, { ...settings.forecast, learn: 'none' }),
        ),
      )
      .subscribe(({ yhat, mean, spread }) => served.push({ yhat, mean: mean[0]!, spread: spread[0]! }));

    expect(served.length).toBe(STEPS + HORIZON);
    served.slice(0, STEPS).forEach(({ yhat, mean, spread }, t) => {
      for (let h = 1; h <= HORIZON; h++) {
        const [output, target] = [outputs[t * HORIZON + h - 1]!, rows.targets[t * HORIZON + h - 1]!];
        expect(yhat[h - 1]! - (mean + spread * output)).toBeCloseTo(0, 5);
        if (t === 0) expect([spread, target]).toEqual([0, NaN]);
        else if (Math.abs(target) < 10)
          expect(mean + spread * target).toBeCloseTo(observations[t + h]!.value, 4);
      }
    });
  },
);

/** The network over windows of one reading after another, and h of the live cell with the head by hand. */
async function bothWays(inputs: string, gaps: string) {
  const decoder = decoderFor(DecodeSettings.parse({ format: 'json', series: 'series' }));
  const model = createModel(ModelSettings.parse({ inputs, layers: 2, hidden: 8, horizon: HORIZON }), 1);
  // every seventh reading is missing, and now and then some more
  const observations = waves(1, 260).filter((_, i) => i % 7 !== 5 && i % 50 > 4);
  const batch = batchOf(observations.map((each, i) => record(i, each)));
  const settings = quickSettings('x.csv', `align={every: 1h, gaps: ${gaps}}`);

  const collector = new Collector(decoder, settings, model.inputKind);
  await collector.open(0);
  await collector.handle(batch);
  const [history] = collector.take() as [History];
  const { length: steps, inputs: X } = history;
  const targets = new Float32Array(steps * HORIZON);
  const trained = await outputsOf(model, { inputs: X, targets, targetWidth: HORIZON }, steps);

  const memory = new Memory();
  const served: Float32Array[] = [];
  from([batch])
    .pipe(
      topology(
        decode(memory, decoder),
        align(memory, settings.align),
        scale(memory, 1, settings.scale),
        recur(memory, model),
      ),
    )
    .subscribe(({ hidden }) => served.push(linear(model.head, hidden)));
  // of the steps of a reading the last is its own
  const last: Float32Array[] = [];
  for (let step = 0; step < steps; step++) {
    const isMissing = model.inputKind === 'gaps' && X[step * model.inputs + 1] === 0;
    if (!isMissing) last.push(trained.slice(step * HORIZON, (step + 1) * HORIZON));
  }
  return { served, trained: last, steps, readings: history.readings };
}

test.each([
  ['plain', 'hold'],
  ['gaps', 'hold'],
  ['gaps', 'mask'],
])('inputs %s, gaps %s: what is trained on is served bit for bit, through all gaps', async (inputs, gaps) => {
  const { served, trained, steps, readings } = await bothWays(inputs, gaps);
  expect(readings).toBeGreaterThan(190);
  // the first that is there is the seventh
  expect(steps).toBe(gaps === 'mask' ? 254 : readings);
  expect(served).toEqual(trained);
});
