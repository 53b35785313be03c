import Table from 'cli-table3';
import type { RunStatus } from '../serve/status.ts';

const count = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 0 });

function better(ratio: number | null): string {
  if (ratio === null) return '–';
  const percent = Math.abs(1 - ratio) * 100;
  return `${percent.toFixed(1)} % ${ratio <= 1 ? 'better' : 'worse'}`;
}

function share(value: number | null): string {
  return value === null ? '–' : `${(value * 100).toFixed(1)} %`;
}

/** The end of a recording as a table: how much, how fast, how good, and where the data lies. */
export function report(status: RunStatus, seconds: number): string {
  const facts = new Table({ style: { head: [], border: [] } });
  const dead = Object.entries(status.deadLetters);
  const events = Object.entries(status.events);
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
    ['Events', events.length === 0 ? 'none' : events.map(([kind, n]) => `${count(n)} ${kind}`).join(', ')],
    ['Data', status.data],
  );
  const scores = new Table({
    head: [
      'Steps ahead',
      'Error against the last value',
      'against the same time yesterday',
      'Within the 90 % band',
      'lately',
    ],
    style: { head: [], border: [] },
    colAligns: ['right', 'right', 'right', 'right', 'right'],
  });
  for (const { h, againstLast, againstSeason, coverage, liveCoverage } of status.summary) {
    scores.push([
      String(Number(h)),
      better(againstLast),
      better(againstSeason),
      share(coverage),
      share(liveCoverage),
    ]);
  }
  return `${facts.toString()}\n${scores.toString()}\nError: mean absolute error, geometric mean over the series. Lately: of about the newest 1,000 targets of a series.\n`;
}
