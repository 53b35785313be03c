// @ts-check
import { html } from 'htm/preact';
import { useEffect } from 'preact/hooks';
import { Head } from './head.js';
import { Help } from './help.js';
import { Overview } from './overview.js';
import { PipelineView } from './pipeline-view.js';
import { SeriesView } from './series-view.js';
import { stateOf } from './state.js';
import { useShared } from './store.js';

/** The page: its head, and one of three views. */
export function App() {
  const route = useShared('route');
  const status = useShared('status');
  const connection = useShared('connection');
  useEffect(() => {
    const where = route.view === 'series' ? `${route.name} · ` : '';
    document.title = `${where}${stateOf(status, connection).text} · ${status?.pipeline ?? 'Foretide'}`;
  });
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <${Head} />
    <main id="main" tabindex="-1" class=${connection === 'lost' ? 'stale' : ''}>
      ${route.view === 'overview' && html`<${Overview} />`}
      ${route.view === 'series' && html`<${SeriesView} key=${route.name} name=${route.name} />`}
      ${route.view === 'pipeline' && html`<${PipelineView} />`}
    </main>
    <${Help} />
  `;
}

/** @param {Event} event */
function skip(event) {
  // the address says which view it is
  event.preventDefault();
  document.getElementById('main')?.focus();
}
