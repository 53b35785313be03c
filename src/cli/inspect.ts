import Table from 'cli-table3';
import type { Command } from 'commander';
import { inspect, type PastSeries } from '../past/inspect.ts';
import { groupOf } from '../store/carry-rules.ts';
import { instantFlag } from './instant-flag.ts';
import { createLog } from './log.ts';
import { findPipeline } from './pipelines.ts';
import { addSettingsOptions, overlaidFrom, type SettingsFlags, settingsFrom } from './settings-options.ts';
import { visible } from '../visible.ts';

/** Flags of `foretide inspect`. */
interface InspectFlags extends SettingsFlags {
  readonly series: string;
  readonly at?: number;
  readonly json?: boolean;
}

/** Numbers of a slot that are shown. */
const SHOWN = 6;
const STYLE = { head: [], border: [] };

/** Adds `foretide inspect`. */
export function addInspectCommand(program: Command, pipeline: string): void {
  addSettingsOptions(
    program
      .command('inspect')
      .description("look into a series' state, now or as it was: h, C, scale, forecasts with bands, alerts")
      .argument('<pipeline>', pipeline),
  )
    .requiredOption('--series <name>', 'the series')
    .option('--at <time>', 'as of this event time; default: of all that the run has committed', instantFlag)
    .option('--json', 'all numbers, as JSON')
    .addHelpText(
      'after',
      `
What the run has taken in is run again, from the nearest snapshot before (see snapshots.every), else from the beginning. Nothing is
changed, and the run may go on meanwhile. The settings must be those of the run.

Examples:
  $ foretide inspect live-forecast --series JFK --at 2013-07-04T12:00:00Z
  $ foretide inspect anomaly-alerts --config live.yaml --series boiler-7 --json`,
    )
    .action((name: string, flags: InspectFlags) => inspectCommand(name, flags));
}

async function inspectCommand(name: string, flags: InspectFlags): Promise<void> {
  const pipeline = await findPipeline(name);
  const settings = settingsFrom(pipeline, flags);
  const { series, at } = flags;
  const found = await inspect({
    pipeline,
    settings,
    series,
    at,
    overlaid: overlaidFrom(pipeline, flags),
    log: createLog('warn', process.stderr.isTTY),
  });
  process.stdout.write(`${flags.json ? JSON.stringify(found) : visible(seriesText(found))}\n`);
}

/** A series as it stood, for a terminal. */
export function seriesText({
  series,
  partition,
  position,
  watermark,
  from,
  state,
  alert,
  outputs,
}: PastSeries): string {
  const way = from === null ? 'run again from the beginning' : `run again from the snapshot at ${from}`;
  const lines = [
    `${series}, as of ${instant(watermark)} (partition ${partition}, position ${position}; ${way})`,
    alert === null
      ? 'No alert stands.'
      : `An alert is ${alert.state} since ${instant(alert.since)}, oddness ${short(alert.peak)} at most.`,
  ];
  if (outputs.length > 0) {
    const table = new Table({ head: ['output', 'series', 'for', 'values'], style: STYLE });
    for (const { measurement, series: of, time, tags, fields } of outputs) {
      const what = [measurement, ...(tags['h'] === undefined ? [] : [`h ${tags['h']}`])].join(' ');
      const values = Object.entries(fields).flatMap(([key, value]) =>
        value === null ? [] : [`${key} ${short(value)}`],
      );
      table.push([what, of, instant(time), values.join(', ')]);
    }
    lines.push('The last that came of it:', table.toString());
  }
  const table = new Table({ head: ['state', 'what it is', 'numbers', ''], style: STYLE });
  for (const [slot, numbers] of Object.entries(state)) {
    const first = numbers.slice(0, SHOWN).map(short).join(' ');
    const about = slot === 'cell' ? 'h of each layer, and C' : (groupOf(slot)?.about ?? '');
    table.push([slot, about, numbers.length, numbers.length > SHOWN ? `${first} …` : first]);
  }
  lines.push(table.toString());
  return lines.join('\n');
}

function instant(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').replace('.000Z', 'Z');
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}
