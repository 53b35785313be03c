import { better, eventsTold, figure, share } from '../figures.ts';
import type { EvaluationDocument, Scores } from '../document.ts';
import { escaped } from './html.ts';

/** Series that a page lists: the worst of them. */
const MOST_SERIES = 100;

/** The metrics by steps ahead. */
export function horizonTable({ byHorizon }: Scores, { protocol }: EvaluationDocument): string {
  const head = [
    protocol.averageSteps ? 'Steps 1 to' : 'Steps ahead',
    'Targets',
    'MSE',
    'MAE',
    'RMSE',
    'MASE',
    'MAPE',
    'Against last',
    'Season',
    'Mean',
    'Within band',
    'Width',
    'Winkler',
  ];
  return table(
    head,
    byHorizon.map(({ horizon, count, mse, mae, rmse, mase, mape, baselines, coverage, width, winkler }) => [
      String(horizon),
      count.toLocaleString('en-US'),
      figure(mse),
      figure(mae),
      figure(rmse),
      figure(mase),
      share(mape),
      better(baselines.last.ratio),
      better(baselines.seasonal.ratio),
      better(baselines.mean.ratio),
      share(coverage),
      figure(width),
      figure(winkler),
    ]),
  );
}

/** The series, the worst first; their errors at the first and the last horizon. */
export function seriesTable({ bySeries }: Scores): string {
  const horizons = bySeries[0]?.byHorizon.map(({ horizon }) => horizon) ?? [];
  const ends = [...new Set([0, horizons.length - 1])].filter((i) => i >= 0);
  const head = ends.flatMap((i) => [`MAE, ${horizons[i]} ahead`, 'MASE', 'Against last', 'Within band']);
  const rows = bySeries.slice(0, MOST_SERIES).map((each) => {
    const { series, channel, readings, ratioToLast, byHorizon } = each;
    return [
      channel === '' ? series : `${series}.${channel}`,
      readings.toLocaleString('en-US'),
      better(ratioToLast),
      ...ends.flatMap((i) => {
        const { mae, mase, baselines, coverage } = byHorizon[i]!;
        return [figure(mae), figure(mase), better(baselines.last.ratio), share(coverage)];
      }),
      eventsTold([each]),
    ];
  });
  const left = bySeries.length - rows.length;
  const note = left > 0 ? `<p class="note">and ${left.toLocaleString('en-US')} more</p>` : '';
  return table(['Series', 'Readings', 'Against last', ...head, 'Events'], rows) + note;
}

/** A table of texts. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (kind: 'th' | 'td', texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${kind}>${escaped(text)}</${kind}>`).join('')}</tr>`;
  return `<div class="table"><table><thead>${cells('th', head)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table></div>`;
}
