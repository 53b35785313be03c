import { readFileSync } from 'node:fs';
import Table from 'cli-table3';
import { figuresOf, type SoakFigure } from './soak-figures.ts';
import type { SoakLine, SoakSample } from './soak-samples.ts';
import { svgPanels } from './svg-panels.ts';

/** A soak's file of samples, read again. */
export function readSoak(path: string): SoakLine[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as SoakLine);
}

/** All that is told of a soak, in one object. */
export function soakDocument(lines: readonly SoakLine[], warm?: number) {
  const begun = lines.find((line) => line.kind === 'begun');
  const ended = lines.find((line) => line.kind === 'ended');
  const events = lines.filter((line) => line.kind === 'event');
  const figures = figuresOf(lines, warm).map(({ points: _, ...figure }) => figure);
  return {
    bench: 'soak',
    on: begun?.on,
    stream: begun?.stream,
    minutes: begun?.minutes,
    fullSpeed: begun?.full,
    cores: coresOf(lines.filter((line) => line.kind === 'sample')),
    events,
    outcome: ended,
    unasked: events.filter(({ what }) => what === 'worker ended').length,
    figures,
  };
}

/** The figures as a table, and what has come of the readings. */
export function soakTable(lines: readonly SoakLine[], warm?: number): string {
  const { figures, outcome, on, stream, minutes, cores, unasked } = soakDocument(lines, warm);
  const head = ['', 'life', 'level', 'slope an hour', '95 %', 'bound', 'grows?'];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
  });
  for (const { name, unit, life, slope, bound, verdict } of figures) {
    const title = unit === '' ? name : `${name}, ${unit}`;
    if (slope === null) table.push([title, life, { colSpan: 5, content: 'too short to tell' }]);
    else {
      const { level, perHour, low, high } = slope;
      const interval = `${digits(low)} to ${digits(high)}`;
      const told = bound === null ? 'not judged' : digits(bound);
      table.push([title, life, digits(level), digits(perHour), interval, told, verdict ?? '']);
    }
  }
  const used = Object.entries(cores).map(([name, value]) => `${name} ${value.toFixed(2)}`);
  const result = outcome
    ? `${outcome.produced} readings produced, ${outcome.committed} committed, ${outcome.readings} in InfluxDB, of ${outcome.sensors} sensors of which ${outcome.wrong} have another number; ${outcome.forecasts} forecasts, ${outcome.deadLetters} dead letters; the worker ended by itself ${unasked} times; points of an undisturbed run: ${outcome.isSame === null ? 'not compared' : outcome.isSame ? `the same ${outcome.points}, byte by byte` : 'OTHERS'}.`
    : 'It has not ended.';
  return `${table.toString()}
${result}
${minutes} minutes at ${stream?.rate} readings/s; cores taken: ${used.join(', ')}. ${on?.['cpu']}, ${on?.['cores']} cores, Node ${on?.['node']}`;
}

/** A small plot of each figure. */
export function soakPlot(lines: readonly SoakLine[], warm?: number): string {
  const figures = figuresOf(lines, warm);
  const names = [...new Set(figures.map(({ name }) => name))];
  const begun = lines.find((line) => line.kind === 'begun');
  const marks = lines.flatMap((line) => {
    if (line.kind !== 'event' || line.what.endsWith('back')) return [];
    return [{ at: line.at / 60, name: line.what }];
  });
  return svgPanels({
    title: `${begun?.minutes} minutes of live forecasts, ${begun?.stream.rate} readings/s`,
    x: 'minutes; below each title its slope an hour, by life',
    until: begun?.minutes ?? 0,
    marks,
    panels: names.map((name) => {
      const lives = figures.filter((one) => one.name === name);
      const { unit } = lives[0]!;
      return {
        title: unit === '' ? name : `${name}, ${unit}`,
        note: lives.map(noteOf).join('; '),
        lines: lives.map(({ points }) => points.map(([at, value]) => [at / 60, value] as const)),
      };
    }),
  });
}

function noteOf({ slope }: SoakFigure): string {
  if (slope === null) return '–';
  return `${slope.perHour >= 0 ? '+' : ''}${digits(slope.perHour)} ± ${digits((slope.high - slope.low) / 2)}`;
}

/** CPU that each process has taken, in cores, from its first sample to its last, lives together. */
function coresOf(samples: readonly SoakSample[]): Readonly<Record<'worker' | 'kafka' | 'influxdb', number>> {
  const of = (name: 'worker' | 'kafka' | 'influxdb'): number => {
    let [cpu, seconds] = [0, 0];
    samples.forEach((sample, i) => {
      const [before, now] = [samples[i - 1]?.[name], sample[name]];
      // less than before: another process
      if (!before || !now || now.cpu < before.cpu) return;
      cpu += now.cpu - before.cpu;
      seconds += sample.at - samples[i - 1]!.at;
    });
    return seconds === 0 ? 0 : cpu / seconds;
  };
  return { worker: of('worker'), kafka: of('kafka'), influxdb: of('influxdb') };
}

function digits(value: number): string {
  // what is left of a sum whose parts cancel out
  if (Math.abs(value) < 1e-9) return '0';
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
