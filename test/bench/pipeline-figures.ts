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

/** What bounds the pipeline, measured in the same rounds. */
export interface Floors {
  /** `recur` of the frozen cell alone, µs a reading. */
  readonly stepMicros: number;
  /** Of the second half. */
  readonly warmStepMicros: number;
  /** Posting the same lines to InfluxDB, from memory; null where (c) was not measured. */
  readonly rawPostReadingsPerSecond: number | null;
}

/** Of what the floors allow, what was reached; null where it was not measured. */
export interface Shares {
  /** (b) of the ideal, in which only kafkajs, `JSON.parse` and the cell take time. */
  readonly ideal: number | null;
  /** Of the second half. */
  readonly warmIdeal: number | null;
  /** (c) of the raw POST. */
  readonly rawPost: number | null;
}

/** What is asked for of (b) and of (c). */
const GOALS = { ideal: 0.55, rawPost: 0.6 };

export function sharesOf(variants: readonly VariantFigures[], floors: Floors): Shares {
  const rate = (name: string, of: keyof Figures): number | undefined =>
    variants.find((variant) => variant.name === name)?.[of];
  const share = (of: 'readingsPerSecond' | 'warmReadingsPerSecond', step: number): number | null => {
    const [bare, reached] = [rate('a', of), rate('b', of)];
    return bare === undefined || reached === undefined ? null : reached * (1 / bare + step / 1e6);
  };
  const stored = rate('c', 'readingsPerSecond');
  const { rawPostReadingsPerSecond } = floors;
  return {
    ideal: share('readingsPerSecond', floors.stepMicros),
    warmIdeal: share('warmReadingsPerSecond', floors.warmStepMicros),
    rawPost:
      stored === undefined || rawPostReadingsPerSecond === null ? null : stored / rawPostReadingsPerSecond,
  };
}

/** Figures as a table, each with its ratio to the first variant's. */
export function tableOf(
  on: Measured,
  variants: readonly VariantFigures[],
  floors: Floors,
  { ideal, warmIdeal, rawPost }: Shares,
): string {
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
  const shares = [
    ...(ideal === null
      ? []
      : [
          `(b) reaches ${ideal.toFixed(2)} of the ideal, its second half ${warmIdeal!.toFixed(2)}: (a) and the cell's ${floors.warmStepMicros.toFixed(2)} µs alone (goal ${GOALS.ideal}).`,
        ]),
    ...(rawPost === null
      ? []
      : [
          `(c) reaches ${rawPost.toFixed(2)} of the ${floors.rawPostReadingsPerSecond!.toFixed(0)} readings/s of a bare POST of the same lines (goal ${GOALS.rawPost}).`,
        ]),
  ];
  return `${[table.toString(), ...shares].join('\n')}
${on.readings.toLocaleString('en-US')} readings, medians of ${on.rounds} rounds; CPU of this process alone, in brackets the ratio to (${first?.name}).
${on.cpu}, ${on.cores} cores, Node ${on.node}, Kafka ${on.kafka}${influxdb}`;
}
