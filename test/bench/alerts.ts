import Table from 'cli-table3';
import { Command } from 'commander';
import { of } from 'rxjs';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { RunSettings } from '../../src/config/run-settings.ts';
import { silentLog } from '../../src/log.ts';
import { Memory } from '../../src/memory/memory.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { prepare } from '../../src/run/prepare.ts';
import type { Batch } from '../../src/source/source.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { sensorReadings } from './readings.ts';

const READINGS = 20_000;
const SENSORS = 10;
const FRAME = 100;
const ROUNDS = 7;

/** `bench alerts`: what a reading takes without the detectors of alerts and with them, hidden 24. */
export function alertsBench(): Command {
  return new Command('alerts')
    .description('µs a reading takes without the detectors of alerts, and with all of them')
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

async function measure({ json }: { readonly json?: boolean }): Promise<void> {
  const batches = batchesOf();
  const plain = await runnerOf(liveForecast, batches);
  const detecting = await runnerOf(anomalyAlerts, batches);
  const rounds = Array.from({ length: ROUNDS + 1 }, () => ({ plain: plain(), detecting: detecting() })).slice(
    1,
  );
  const figures = {
    without: median(rounds.map((round) => round.plain)),
    with: median(rounds.map((round) => round.detecting)),
    detectors: median(rounds.map((round) => round.detecting - round.plain)),
  };
  if (json) {
    process.stdout.write(`${JSON.stringify({ bench: 'alerts', on: machine(), microseconds: figures })}\n`);
    return;
  }
  const table = new Table({ head: ['µs a reading', ''], style: { head: [], border: [] } });
  table.push(
    ['decode to learn, hidden 24', figures.without.toFixed(1)],
    ['with all detectors and alerts', figures.with.toFixed(1)],
    ['the detectors', figures.detectors.toFixed(1)],
  );
  process.stdout.write(`${table.toString()}\n`);
}

/** What plays all batches through a pipeline's stages, from an empty Memory, and tells the µs of a reading. */
async function runnerOf(pipeline: Pipeline, batches: readonly Batch[]): Promise<() => number> {
  const settings = loadSettings<RunSettings>(pipeline.settings, {
    defaults: {
      input: { kind: 'file', paths: ['none'], decode: { format: 'json', series: 'sensor', time: 'time' } },
      model: { cell: 'lstm', hidden: 24, horizon: 12 },
      forecast: { store: [1] },
      output: { kind: 'none' },
    },
  });
  const { decoder, model } = await prepare(settings, silentLog);
  return () => {
    const memory = new Memory();
    const parts = { memory, decoder, model };
    const stages = pipeline.topology(settings, parts);
    let points = 0;
    const began = performance.now();
    of(...batches)
      .pipe(stages)
      .subscribe((frame) => {
        points += pipeline.records(frame, settings, parts).length;
        memory.committed();
      });
    const took = ((performance.now() - began) * 1000) / READINGS;
    memory.release();
    if (points === 0) throw new Error('Nothing came out');
    return took;
  };
}

function batchesOf(): Batch[] {
  const records = Array.from(sensorReadings(READINGS, SENSORS), (reading, offset) => ({
    offset,
    key: null,
    value: Buffer.from(JSON.stringify(reading)),
  }));
  return Array.from({ length: READINGS / FRAME }, (_, i) => ({
    partition: 0,
    records: records.slice(i * FRAME, (i + 1) * FRAME),
    next: (i + 1) * FRAME,
  }));
}
