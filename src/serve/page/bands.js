// @ts-check
import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';
import { fetchBands } from './api.js';
import { ahead, count, percent, value } from './format.js';
/** @import { LiveBand } from '../status.ts' */

/** How often it is read again, in milliseconds. */
const EVERY = 5000;

/**
 * How the band of the series does at each horizon.
 *
 * @param {{ series: string, h: string | null, step: number | null }} props
 */
export function Bands({ series, h, step }) {
  const [bands, setBands] = useState(/** @type {readonly LiveBand[]} */ ([]));
  useEffect(() => {
    let isOver = false;
    let timer = 0;
    async function read() {
      try {
        const answer = document.hidden ? null : await fetchBands(series);
        if (answer !== null && !isOver) setBands(answer.bands);
      } catch {
        // The live connection says that the server is away.
      }
      if (!isOver) timer = setTimeout(read, EVERY);
    }
    void read();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [series]);
  if (bands.length === 0) return null;
  return html`
    <section class="panel" aria-labelledby="bands-title">
      <h2 id="bands-title">Its band</h2>
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">Ahead</th>
            <th scope="col" class="number">Held</th>
            <th scope="col" class="number">Lately</th>
            <th scope="col" class="number">Width</th>
            <th scope="col" class="number">Targets</th>
          </tr>
        </thead>
        <tbody>
          ${bands.map(
            (band) =>
              html`<tr key=${band.h} class=${band.h === h ? 'chosen' : ''}>
                <th scope="row">${ahead(band.h, step)}</th>
                <td class="number">${percent(band.overall)}</td>
                <td class="number">${percent(band.coverage)}</td>
                <td class="number">${value(band.width)}</td>
                <td class="number">${count(band.targets)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </section>
  `;
}
