// @ts-check
import { html } from 'htm/preact';
import { count, duration } from './format.js';
/** @import { RouteFacts } from '../pipeline-facts.ts' */

/**
 * Who is told of alerts, and whether they could be.
 *
 * @param {{ routes: readonly RouteFacts[] }} props
 */
export function RoutesPanel({ routes }) {
  if (routes.length === 0) return null;
  return html`
    <section class="panel" aria-labelledby="routes-title">
      <h2 id="routes-title">Who is told of alerts</h2>
      <table id="routes" class="plain-table">
        <thead>
          <tr>
            <th scope="col">Route</th>
            <th scope="col" class="number">Told</th>
            <th scope="col" class="number">Refused</th>
            <th scope="col">Receiver</th>
          </tr>
        </thead>
        <tbody>
          ${routes.map(
            ({ name, receiver, told, refused, awaySeconds }) =>
              html`<tr key=${name}>
                <th scope="row">${name}<span class="lately">${receiver}</span></th>
                <td class="number">${count(told)}</td>
                <td class="number" data-tone=${refused > 0 ? 'warn' : ''}>${count(refused)}</td>
                <td data-tone=${awaySeconds === null ? '' : 'warn'}>
                  ${awaySeconds === null ? 'there' : `away for ${duration(awaySeconds * 1000)}`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </section>
  `;
}
