// @ts-check
import { html } from 'htm/preact';
import { bytes, count } from './format.js';
/** @import { DeadRecord } from '../pipeline-facts.ts' */

/** Records in the list. */
const MOST = 12;

/** What a reason means. */
const REASONS = new Map([
  ['malformed', 'could not be read'],
  ['missing', 'lacked a field'],
  ['invalid', 'had a field that cannot be used'],
  ['duplicate', 'repeated a time that was already there'],
  ['late', 'came after newer readings'],
  ['early', 'lay farther ahead than is kept'],
  ['state-limit', 'belonged to a new series for which there is no memory left'],
  ['rejected', 'were refused by the server they were written to'],
]);

/**
 * What was set aside: how often by which reason, and the latest records as they came.
 *
 * @param {{ reasons: Readonly<Record<string, number>>, letters: readonly DeadRecord[] }} props
 */
export function DeadLetters({ reasons, letters }) {
  const counted = Object.entries(reasons)
    .filter(([, times]) => times > 0)
    .toSorted((a, b) => b[1] - a[1]);
  return html`
    <section class="panel" aria-labelledby="dead-title">
      <h2 id="dead-title">Set aside</h2>
      ${
        counted.length === 0
          ? html`<p id="dead" class="empty-note">Nothing: every record became a reading.</p>`
          : html`<ul id="dead" class="reasons">
              ${counted.map(
                ([reason, times]) =>
                  html`<li key=${reason}>
                    <b class="number">${count(times)}</b>
                    <span><b>${reason}</b> <span class="muted">${REASONS.get(reason) ?? ''}</span></span>
                  </li>`,
              )}
            </ul>`
      }
      ${
        letters.length > 0 &&
        html`<h3>The latest</h3>
          <ul id="letters" class="letters">
            ${letters
              .slice(0, MOST)
              .map(
                (letter) =>
                  html`<${Letter}
                    key=${`${letter.partition} ${letter.offset} ${letter.series}`}
                    letter=${letter}
                  />`,
              )}
          </ul>`
      }
    </section>
  `;
}

/** @param {{ letter: DeadRecord }} props */
function Letter({ letter: { partition, offset, reason, detail, series, record } }) {
  return html`
    <li>
      <details>
        <summary>
          <b>${reason}</b>
          <span class="muted"
            >partition ${partition}, offset ${count(offset)}${series === '' ? '' : `, ${series}`}</span
          >
        </summary>
        <p>${detail}</p>
        ${
          record === null
            ? html`<p class="muted">The record had no value.</p>`
            : html`<pre tabindex="0">${record.shown}${record.isCut ? ' …' : ''}</pre>
                <p class="muted">
                  ${bytes(record.bytes)}${record.form === 'hex' ? ', not text: as hexadecimal digits' : ''}${record.isCut ? ', its beginning' : ''}
                </p>`
        }
      </details>
    </li>
  `;
}
