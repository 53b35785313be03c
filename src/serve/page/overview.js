// @ts-check
import { html } from 'htm/preact';
import { Alerts } from './alerts.js';
import { ListPanel } from './list-panel.js';
import { Scores } from './scores.js';
import { useShared } from './store.js';
import { Tiles } from './tiles.js';

/** All series, what needs attention first; beside them the alerts, and how good the forecasts are. */
export function Overview() {
  const status = useShared('status');
  return html`
    <${Tiles} />
    <div class="columns">
      <${ListPanel} />
      <div class="side">
        ${status !== null && status.alerts !== null && html`<${Alerts} alerts=${status.alerts} now=${status.eventTime} />`}
        ${status !== null && html`<${Scores} status=${status} />`}
      </div>
    </div>
  `;
}
