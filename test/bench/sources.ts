import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Command } from 'commander';
import { HISTORIES, type HistoryKind, writeHistory } from './history-files.ts';
import { machine } from './machine.ts';
import { readInChild } from './sources-in-child.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly readings: number;
  readonly only: readonly string[];
  readonly pipeline: readonly string[];
  readonly heap?: number;
  readonly json?: boolean;
}

interface Row {
  readonly kind: HistoryKind;
  readonly megabytes: number;
  readonly readingsPerSecond: number;
  readonly peakMegabytes: number;
  readonly pipelineReadingsPerSecond: number | null;
  readonly pipelinePeakMegabytes: number | null;
}

const names = (text: string): readonly string[] => text.split(',').filter(Boolean);

/** `bench sources`: what it takes to read a history, and that its memory does not grow with it. */
export function sourcesBench(): Command {
  return new Command('sources')
    .description(
      'readings/s and peak memory of every history that is a file, read alone and through live-forecast',
    )
    .option('--readings <n>', 'readings in each', wholeNumber, 10_000_000)
    .option('--only <kinds>', `of ${HISTORIES.join()}`, names, HISTORIES)
    .option('--pipeline <kinds>', 'those that also go through live-forecast', names, ['csv'])
    .option('--heap <megabytes>', "limit of the readers' heap of JavaScript", wholeNumber)
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

async function measure({ readings, only, pipeline, heap, json }: Flags): Promise<void> {
  const rows: Row[] = [];
  const node = heap === undefined ? [] : [`--max-old-space-size=${heap}`];
  for (const kind of HISTORIES.filter((each) => only.includes(each))) {
    const folder = await mkdtemp(join(tmpdir(), 'foretide-bench-'));
    try {
      const { path, input } = await writeHistory(folder, kind, readings);
      const { size } = await stat(path);
      const alone = await readInChild({ input, store: undefined }, node);
      const whole = pipeline.includes(kind)
        ? await readInChild({ input, store: join(folder, 'state.db') }, node)
        : undefined;
      for (const { count } of [alone, whole ?? alone])
        if (count !== readings) throw new Error(`${kind}: expected ${readings} readings, got ${count}`);
      rows.push({
        kind,
        megabytes: size / 2 ** 20,
        readingsPerSecond: alone.count / alone.seconds,
        peakMegabytes: alone.peakMegabytes,
        pipelineReadingsPerSecond: whole ? whole.count / whole.seconds : null,
        pipelinePeakMegabytes: whole?.peakMegabytes ?? null,
      });
      process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const on = { ...machine(), readings, heap: heap ?? null };
  process.stdout.write(json ? `${JSON.stringify({ bench: 'sources', on, rows })}\n` : tableOf(rows));
}

function tableOf(rows: readonly Row[]): string {
  const shown = (number: number | null): string =>
    number?.toLocaleString('en-US', { maximumFractionDigits: 0 }) ?? '';
  const table = new Table({
    head: ['', 'MB', 'readings/s', 'peak RSS, MB', 'through light: readings/s', 'peak RSS, MB'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const row of rows) {
    const { kind, megabytes, readingsPerSecond, peakMegabytes } = row;
    const { pipelineReadingsPerSecond, pipelinePeakMegabytes } = row;
    const numbers = [
      megabytes,
      readingsPerSecond,
      peakMegabytes,
      pipelineReadingsPerSecond,
      pipelinePeakMegabytes,
    ];
    table.push([kind, ...numbers.map(shown)]);
  }
  return `${table.toString()}\n`;
}
