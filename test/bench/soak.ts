import { accessSync, constants, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { readSoak, soakDocument, soakPlot, soakTable } from './soak-report.ts';
import { runSoak } from './soak-run.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly minutes: number;
  readonly rate?: number;
  readonly samples: string;
  readonly from?: string;
  readonly svg?: string;
  readonly warm?: number;
  readonly compare: boolean;
  readonly json?: boolean;
}

/** `bench soak`: whether anything grows in hours of live forecasts, with a restart of each service. */
export function soakBench(): Command {
  return new Command('soak')
    .description('hours at half load with a restart of broker, InfluxDB and worker: does anything grow?')
    .option('--minutes <m>', 'how long readings come', wholeNumber, 120)
    .option('--rate <n>', 'readings/s; default: half of what is reached at full speed', wholeNumber)
    .addOption(
      new Option('--samples <file>', 'where the samples go, a line each').default(
        join(tmpdir(), 'soak.ndjson'),
        "soak.ndjson among the system's temporary files",
      ),
    )
    .option('--from <file>', 'runs nothing, tells again what the samples of an earlier soak say')
    .option('--svg <file>', 'a small plot of each figure')
    .option(
      '--warm <m>',
      'minutes of each life that are not counted; default: 10, or a tenth of it where that is longer',
      wholeNumber,
    )
    .option('--no-compare', 'no undisturbed run over the same readings afterwards')
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function measure(flags: Flags): Promise<void> {
  const samples = resolve(flags.from ?? flags.samples);
  const svg = flags.svg === undefined ? undefined : resolve(flags.svg);
  if (svg !== undefined) accessSync(dirname(svg), constants.W_OK);
  if (flags.from === undefined)
    await runSoak({ minutes: flags.minutes, rate: flags.rate, isCompared: flags.compare, samples, say });
  const lines = readSoak(samples);
  const warm = flags.warm === undefined ? undefined : flags.warm * 60;
  if (svg !== undefined) writeFileSync(svg, soakPlot(lines, warm));
  process.stdout.write(
    `${flags.json ? JSON.stringify(soakDocument(lines, warm)) : soakTable(lines, warm)}\n`,
  );
}
