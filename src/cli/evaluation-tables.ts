import Table from 'cli-table3';
import type { EvaluationDocument, Scores } from '../evaluate/document.ts';
import { better, eventsTold, figure, rowsTold, share } from '../evaluate/figures.ts';

/** Series up to which each has a line of its own. */
const MOST_SERIES = 20;
/** Horizons that a table shows: more are thinned, evenly. */
const MOST_HORIZONS = 12;

const count = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** The result of an evaluation for a terminal: what was evaluated, the scores by horizon, and by series where they are few. */
export function evaluationTables(document: EvaluationDocument): string {
  const { scores, validation, protocol } = document;
  const several = document.data.series > 1;
  const note =
    several && protocol.standardizeOn === null
      ? 'MSE and MAE mix the units of the series; “against” is the geometric mean over them. '
      : '';
  return [
    facts(document),
    `\nScores of ${rowsTold(scores)}${protocol.averageSteps ? ', each over all steps up to the horizon' : ''}\n`,
    byHorizon(scores),
    ...(validation ? [`\nValidation: ${rowsTold(validation)}\n`, byHorizon(validation)] : []),
    ...(several && document.data.series <= MOST_SERIES
      ? ['\nBy series, the worst first\n', bySeries(scores)]
      : []),
    `\n${note}Against: mean absolute error beside that of a naive forecast over the same targets. --json tells more.\n`,
  ].join('');
}

function facts({ pipeline, model, data, speed, protocol, scores }: EvaluationDocument): string {
  const table = new Table({
    style: { head: [], border: [], compact: true },
    wordWrap: true,
    colWidths: [12, 82],
  });
  const unusable = Object.entries(data.unusable).map(([reason, n]) => `${count(n)} ${reason}`);
  const setAside = [
    ...(data.missingValues > 0 ? [`${count(data.missingValues)} values missing`] : []),
    ...unusable,
  ];
  table.push(
    ['Data', data.from.join(', ')],
    [
      'Readings',
      `${count(data.readings)} of ${count(data.series)} series, ${data.firstTime ?? '–'} to ${data.lastTime ?? '–'}`,
    ],
    ...(setAside.length > 0 ? [['Set aside', setAside.join(', ')]] : []),
    [
      'Model',
      `${pipeline}, ${model.name}: ${model.cell}, hidden ${model.hidden}; ${count(model.bytesPerSeries)} bytes a series`,
    ],
    [
      'Speed',
      `${figure(speed.median)} µs per reading (median; ${figure(speed.medianWithoutDecode)} without decoding), ${speed.seconds.toFixed(1)} s in all`,
    ],
    ['Events', eventsTold(scores.bySeries)],
    ...(protocol.standardizeOn === null
      ? []
      : [['Unit', `standard deviation of the rows ${protocol.standardizeOn}`]]),
    ...(data.complete ? [] : [['Stopped', 'before the end of the data']]),
  );
  return `${table.toString()}\n`;
}

const HEAD = ['MSE', 'MAE', 'MASE', 'against last', 'season', 'mean', 'within band', 'width'];

function byHorizon({ byHorizon: all }: Scores): string {
  const table = new Table({
    head: ['Steps', ...HEAD],
    style: { head: [], border: [], compact: true },
    colAligns: Array.from({ length: HEAD.length + 1 }, () => 'right' as const),
  });
  for (const { horizon, ...metrics } of thinned(all)) {
    const { mse, mae, mase, baselines, coverage, width } = metrics;
    table.push([
      String(horizon),
      figure(mse),
      figure(mae),
      figure(mase),
      better(baselines.last.ratio),
      better(baselines.seasonal.ratio),
      better(baselines.mean.ratio),
      share(coverage),
      figure(width),
    ]);
  }
  return `${table.toString()}\n`;
}

function bySeries({ bySeries: all }: Scores): string {
  const [first, ...others] = all[0]?.byHorizon ?? [];
  const chosen = [first?.horizon, others.at(-1)?.horizon].filter((h) => h !== undefined);
  const table = new Table({
    head: ['Series', 'against last', ...chosen.flatMap((h) => [`MAE, ${h} ahead`, 'MASE', 'within band'])],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', ...Array.from({ length: 1 + chosen.length * 3 }, () => 'right' as const)],
  });
  for (const { series, channel, ratioToLast, byHorizon: horizons } of all) {
    const name = channel === '' ? series : `${series}.${channel}`;
    const cells = chosen.flatMap((h) => {
      const {
        mae = null,
        mase = null,
        coverage = null,
      } = horizons.find(({ horizon }) => horizon === h) ?? {};
      return [figure(mae), figure(mase), share(coverage)];
    });
    table.push([name.length > 40 ? `…${name.slice(-39)}` : name, better(ratioToLast), ...cells]);
  }
  return `${table.toString()}\n`;
}

/** At most so many of them, the first and the last among these. */
export function thinned<T>(all: readonly T[]): readonly T[] {
  if (all.length <= MOST_HORIZONS) return all;
  const every = (all.length - 1) / (MOST_HORIZONS - 1);
  return Array.from({ length: MOST_HORIZONS }, (_, i) => all[Math.round(i * every)]!);
}
