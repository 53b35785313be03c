import Table from 'cli-table3';
import type { RunStatus } from '../serve/status.ts';

const count = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 0 });

function better(ratio: number | null): string {
  if (ratio === null) return '–';
  const percent = Math.abs(1 - ratio) * 100;
  return `${percent.toFixed(1)} % ${ratio <= 1 ? 'better' : 'worse'}`;
}

/** The end of a recording as a table: how much, how fast, how good, and where the data lies. */
export function report(status: RunStatus, seconds: number): string {
  const facts = new Table({ style: { head: [], border: [] } });
  const dead = Object.entries(status.deadLetters);
  facts.push(
    ['Readings', `${count(status.readings)} in this run, ${count(status.series)} series`],
    ['Speed', `${count(status.readings / Math.max(seconds, 0.001))} readings/s over ${seconds.toFixed(1)} s`],
    [
      'Model',
      `${status.model.name}: ${status.model.cell}, hidden ${status.model.hidden}; ${count(status.bytesPerSeries)} bytes a series`,
    ],
    [
      'Set aside',
      dead.length === 0 ? 'nothing' : dead.map(([reason, n]) => `${count(n)} ${reason}`).join(', '),
    ],
    ['Data', status.data],
  );
  const scores = new Table({
    head: [
      'Steps ahead',
      'Error against the last value',
      'against the same time yesterday',
      'Within the 90 % band',
    ],
    style: { head: [], border: [] },
    colAligns: ['right', 'right', 'right', 'right'],
  });
  for (const { h, againstLast, againstSeason, coverage } of status.summary) {
    scores.push([
      String(Number(h)),
      better(againstLast),
      better(againstSeason),
      coverage === null ? '–' : `${(coverage * 100).toFixed(1)} %`,
    ]);
  }
  return `${facts.toString()}\n${scores.toString()}\nError: mean absolute error, geometric mean over the series.\n`;
}
