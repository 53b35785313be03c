import { escaped } from '../report/html.ts';
import { timeTicks } from '../report/ticks.ts';
import type { ComparisonDocument } from './document.ts';

const WIDTH = 1140;
const LEFT = 40;
const RIGHT = 14;
const TOP = 10;
const LANE = 34;
const BOTTOM = 28;
/** The narrowest that an alert is drawn. */
const LEAST = 3;

/** The alerts of all sides on one line of time, a lane for each side: what it has in common with the others, and what it has alone. */
export function timeLine({ alerts, data }: ComparisonDocument): string {
  if (alerts === null || data.firstTime === null || data.lastTime === null) return '';
  const from = Date.parse(data.firstTime);
  const to = Math.max(Date.parse(data.lastTime), from + 1);
  const height = TOP + alerts.length * LANE + BOTTOM;
  const toX = (time: number): number => LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const lanes = alerts.map(({ side, alerts: all }, i) => {
    const y = TOP + i * LANE;
    const marks = all.map(({ series, since, until, why, like }) => {
      const x = toX(Date.parse(since));
      const width = Math.max(LEAST, toX(until === null ? to : Date.parse(until)) - x);
      const title = `${series}\n${why}\n${like.length > 0 ? `also of ${like.join(', ')}` : 'of this side alone'}`;
      return `<rect class="alert${like.length > 0 ? '' : ' alone'}" x="${px(x)}" y="${y + 6}" width="${px(width)}" height="${LANE - 12}" rx="2"><title>${escaped(title)}</title></rect>`;
    });
    return `<path class="grid" d="M${LEFT} ${y + LANE / 2}H${WIDTH - RIGHT}"/><text x="${LEFT - 14}" y="${y + LANE / 2 + 4}" text-anchor="end">${escaped(side)}</text>${marks.join('')}`;
  });
  const ticks = timeTicks(from, to, 12).map(
    ({ at, label }) =>
      `<text x="${px(toX(at))}" y="${height - 8}" text-anchor="middle">${escaped(label)}</text>`,
  );
  const key = (look: string, name: string): string =>
    `<li><svg class="key" viewBox="0 0 26 12" aria-hidden="true"><rect class="${look}" y="1" width="26" height="10" rx="2"/></svg>${escaped(name)}</li>`;
  return `<figure class="wide">
<figcaption><h3>Alerts over time</h3><p>From when each began to when it was over, of all series.</p></figcaption>
<ul class="legend">${key('alert', 'the other has one too')}${key('alert alone', 'of this side alone')}</ul>
<div class="scroll"><svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Alerts over time">${lanes.join('')}${ticks.join('')}</svg></div>
</figure>`;
}

/** Tenths of a pixel are enough. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
