// @ts-check
import { html } from 'htm/preact';
import { bytes, count, duration, utc } from './format.js';
/** @import { PartitionFacts } from '../pipeline-facts.ts' */

/** Partitions in the table. */
const MOST = 64;

/**
 * How each partition does.
 *
 * @param {{ partitions: readonly PartitionFacts[] }} props
 */
export function Partitions({ partitions }) {
  return html`
    <section class="panel" aria-labelledby="partitions-title">
      <h2 id="partitions-title">Partitions <span class="count">${count(partitions.length)}</span></h2>
      <div class="wide" tabindex="0" role="region" aria-labelledby="partitions-title">
        <table id="partitions" class="plain-table">
          <thead>
            <tr>
              <th scope="col">Partition</th>
              <th scope="col" class="number">Position</th>
              <th scope="col" class="number">Lag</th>
              <th scope="col" class="number">Readings</th>
              <th scope="col" class="number">Series</th>
              <th scope="col" class="number">State</th>
              <th scope="col">Event time</th>
              <th scope="col" class="number">Committed</th>
              <th scope="col" class="number">Restored in</th>
            </tr>
          </thead>
          <tbody>
            ${partitions.slice(0, MOST).map(
              (one) =>
                html`<tr key=${one.partition}>
                  <th scope="row">${one.partition}</th>
                  <td class="number">${one.position === null ? '–' : count(one.position)}</td>
                  <td class="number">${one.lag === null ? '–' : count(one.lag)}</td>
                  <td class="number">${count(one.readings)}</td>
                  <td class="number">${count(one.series)}</td>
                  <td class="number">${bytes(one.stateBytes)}</td>
                  <td>${one.eventTime === null ? '–' : utc(one.eventTime)}</td>
                  <td class="number">${one.commitAge === null ? '–' : `${duration(one.commitAge)} ago`}</td>
                  <td class="number">${duration(Math.round(one.restoreSeconds * 1000))}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${partitions.length > MOST && html`<p class="muted">and ${count(partitions.length - MOST)} more</p>`}
    </section>
  `;
}
