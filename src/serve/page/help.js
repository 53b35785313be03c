// @ts-check
import { html } from 'htm/preact';
import { KEYS } from './keys.js';

/** What keys do; `?` opens it. */
export function Help() {
  return html`
    <dialog class="help" aria-labelledby="help-title">
      <form method="dialog">
        <h2 id="help-title">Keys</h2>
        <dl class="keys">
          ${KEYS.map(
            ([key, does]) =>
              html`<div>
                <dt><kbd>${key}</kbd></dt>
                <dd>${does}</dd>
              </div>`,
          )}
        </dl>
        <p class="muted">In the chart: drag to zoom in, double-click to go back. Times are UTC.</p>
        <button class="button" autofocus>Close</button>
      </form>
    </dialog>
  `;
}
