// @ts-check
import { html } from 'htm/preact';
import { rate } from './format.js';
import { Replay } from './replay.js';
import { sentence, stateOf } from './state.js';
import { useShared } from './store.js';

/** The head of the page: what it is, whether it is well, and where one can go. */
export function Head() {
  const route = useShared('route');
  const status = useShared('status');
  const connection = useShared('connection');
  const { text, tone } = stateOf(status, connection);
  const isMoving = status?.state === 'running' && connection === 'open';
  const message = status?.message ?? '';
  return html`
    <header class="head">
      <a class="brand" href="#/" aria-label="Foretide: the list of series">
        <img src="/assets/icon.svg" alt="" width="28" height="28" />
        <h1>Foretide</h1>
      </a>
      <nav class="nav" aria-label="Views">
        <a href="#/" aria-current=${route.view === 'overview' ? 'page' : undefined}>Series</a>
        <a href="#/pipeline" aria-current=${route.view === 'pipeline' ? 'page' : undefined}>Pipeline</a>
      </nav>
      <p id="sentence" class="sentence">
        ${status === null ? 'Live sensors, and what they will show next.' : sentence(status)}
      </p>
      <div class="state">
        <span id="rate" class="rate">${isMoving ? rate(status.readingsPerSecond) : ''}</span>
        <span id="pill" class="pill" role="status" data-tone=${tone}>${text}</span>
        <button class="round" type="button" aria-label="Keys" title="Keys (?)" onClick=${openHelp}>?</button>
      </div>
      ${status !== null && html`<${Replay} status=${status} />`}
    </header>
    ${
      message !== '' &&
      html`<p class="notice" role="alert" data-tone=${status?.state === 'failed' ? 'bad' : 'quiet'}>
        ${message}
      </p>`
    }
  `;
}

function openHelp() {
  document.querySelector('dialog')?.showModal();
}
