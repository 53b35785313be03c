// @ts-check
import { html } from 'htm/preact';
import { against, ahead, percent } from './format.js';
import { useShared } from './store.js';
/** @import { HorizonScore, RunStatus } from '../status.ts' */

/**
 * A row a horizon: how much better or worse than two naive guesses, in words and as a bar, and how much the band held.
 *
 * @param {{ status: RunStatus }} props
 */
export function Scores({ status: { summary } }) {
  const h = useShared('h');
  const step = useShared('step');
  return html`
    <section class="panel" aria-labelledby="scores-title">
      <h2 id="scores-title">How good the forecasts are</h2>
      <p class="muted">Errors of this run beside two naive guesses, and what the bands held.</p>
      ${
        summary.length === 0
          ? html`<p id="scores" class="empty-note">Known once the first forecasts have come due.</p>`
          : html`<table id="scores" class="scores">
              <thead>
                <tr>
                  <th scope="col">Ahead</th>
                  <th scope="col">Last value</th>
                  <th scope="col">Season ago</th>
                  <th scope="col" class="number">Held</th>
                  <th scope="col" class="number">Lately</th>
                </tr>
              </thead>
              <tbody>
                ${summary.map((score) => html`<${Row} key=${score.h} score=${score} isChosen=${score.h === h} step=${step} />`)}
              </tbody>
            </table>`
      }
    </section>
  `;
}

/** @param {{ score: HorizonScore, isChosen: boolean, step: number | null }} props */
function Row({ score: { h, againstLast, againstSeason, coverage, liveCoverage }, isChosen, step }) {
  return html`
    <tr class=${isChosen ? 'chosen' : ''}>
      <th scope="row">${ahead(h, step)}</th>
      <td><${Comparison} ratio=${againstLast} /></td>
      <td><${Comparison} ratio=${againstSeason} /></td>
      <td class="number">${coverage === null ? '–' : percent(coverage)}</td>
      <td class="number">${liveCoverage === null ? '–' : percent(liveCoverage)}</td>
    </tr>
  `;
}

/**
 * A bar from the middle: to the right is better, to the left is worse.
 *
 * @param {{ ratio: number | null }} props
 */
function Comparison({ ratio }) {
  const gain = ratio === null ? 0 : Math.max(-1, Math.min(1, 1 - ratio));
  const width = `${(Math.abs(gain) * 50).toFixed(1)}%`;
  return html`
    <span class="comparison">
      <span class="words">${against(ratio)}</span>
      <span class="bar" aria-hidden="true">
        <span class=${`bar-fill ${gain < 0 ? 'worse' : 'better'}`} style=${{ width }}></span>
      </span>
    </span>
  `;
}
