import Table from 'cli-table3';
import type { Machine } from './machine.ts';
import { median } from './median.ts';
import type { PipelineResult } from './pipeline-child.ts';

/** What a round gave of one variant, or the medians of all rounds. `warm`: the second half, where the code is compiled. */
export interface Figures {
  readonly readingsPerSecond: number;
  readonly warmReadingsPerSecond: number;
  readonly cpuSecondsPer100k: number;
  readonly warmCpuSecondsPer100k: number;
  readonly peakMegabytes: number;
}

/** What was measured, and on what. */
export interface Measured extends Machine {
  readonly kafka: string;
  readonly influxdb: string | null;
  readonly readings: number;
  readonly rounds: number;
}

export type VariantFigures = Figures & { readonly name: string; readonly about: string };

export function figuresOf({ whole, secondHalf, peakMegabytes }: PipelineResult): Figures {
  return {
    readingsPerSecond: whole.records / whole.seconds,
    warmReadingsPerSecond: secondHalf.records / secondHalf.seconds,
    cpuSecondsPer100k: (whole.cpuSeconds / whole.records) * 100_000,
    warmCpuSecondsPer100k: (secondHalf.cpuSeconds / secondHalf.records) * 100_000,
    peakMegabytes,
  };
}

export function mediansOf(rounds: readonly Figures[]): Figures {
  const of = (name: keyof Figures): number => median(rounds.map((figures) => figures[name]));
  return {
    readingsPerSecond: of('readingsPerSecond'),
    warmReadingsPerSecond: of('warmReadingsPerSecond'),
    cpuSecondsPer100k: of('cpuSecondsPer100k'),
    warmCpuSecondsPer100k: of('warmCpuSecondsPer100k'),
    peakMegabytes: of('peakMegabytes'),
  };
}

/** Figures as a table, each with its ratio to the first variant's. */
export function tableOf(on: Measured, variants: readonly VariantFigures[]): string {
  const table = new Table({
    head: ['', 'readings/s', 'second half', 'CPU s / 100,000', 'second half', 'peak RSS'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  });
  const [first] = variants;
  for (const variant of variants) {
    const cell = (name: keyof Figures, digits: number): string => {
      const ratio = variant === first ? '' : ` (×${(variant[name] / first![name]).toFixed(2)})`;
      const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits };
      return variant[name].toLocaleString('en-US', shown) + ratio;
    };
    table.push([
      `(${variant.name}) ${variant.about}`,
      cell('readingsPerSecond', 0),
      cell('warmReadingsPerSecond', 0),
      cell('cpuSecondsPer100k', 2),
      cell('warmCpuSecondsPer100k', 2),
      `${variant.peakMegabytes.toFixed(0)} MB`,
    ]);
  }
  const influxdb = on.influxdb === null ? '' : `, InfluxDB ${on.influxdb}`;
  return `${table.toString()}
${on.readings.toLocaleString('en-US')} readings, medians of ${on.rounds} rounds; CPU of this process alone, in brackets the ratio to (${first?.name}).
${on.cpu}, ${on.cores} cores, Node ${on.node}, Kafka ${on.kafka}${influxdb}`;
}
