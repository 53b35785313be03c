// @ts-check
import { html } from 'htm/preact';
import { ahead } from './format.js';
/** @import { SeriesModel } from './series-model.js' */

/**
 * What stands above the chart to change what it shows.
 *
 * @param {{ model: SeriesModel }} props
 */
export function Controls({ model }) {
  const { horizons, h, step, spans, span, isZoomed, isPaused } = model;
  return html`
    <div class="controls">
      ${
        horizons.length > 0 &&
        html`<label class="field"
          ><span>Forecast made</span>
          <select id="horizon" value=${h ?? ''} disabled=${horizons.length < 2} onChange=${onHorizon}>
            ${horizons.map((one) => html`<option key=${one} value=${one} selected=${one === h}>${ahead(one, step)} ahead</option>`)}
          </select>
        </label>`
      }
      ${
        spans !== null &&
        html`<div id="spans" class="segments" role="group" aria-label="How much is shown">
            ${spans.map(
              (one) =>
                html`<button
                  type="button"
                  key=${one.label}
                  aria-pressed=${String(!isZoomed && one.label === span?.label)}
                  onClick=${() => model.showSpan(one)}
                >
                  ${one.label}
                </button>`,
            )}
          </div>
          <button
            id="pause"
            class="button"
            type="button"
            aria-pressed=${String(isPaused)}
            onClick=${() => model.pause()}
          >
            ${isPaused ? 'Continue' : 'Pause'}
          </button>`
      }
    </div>
  `;

  /** @param {Event} event */
  function onHorizon({ currentTarget }) {
    if (currentTarget instanceof HTMLSelectElement) model.showHorizon(currentTarget.value);
  }
}
