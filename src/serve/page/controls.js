// @ts-check
import { element, need, setText } from './dom.js';
import { ahead, count } from './format.js';
/** @import { Span } from './spans.js' */

/**
 * @typedef {object} ControlHandlers
 * @property {(h: string) => void} onHorizon
 * @property {(span: Span) => void} onSpan
 * @property {() => void} onPause - Pressed to stand still, or to go on.
 * @property {() => void} onBack - Back to the newest readings.
 *
 * @typedef {object} ControlState
 * @property {readonly string[]} horizons
 * @property {string | null} h
 * @property {number | null} step
 * @property {readonly Span[]} spans
 * @property {Span} span
 * @property {boolean} isZoomed
 * @property {boolean} isPaused
 * @property {number} missed - Readings that came while the chart stood still.
 */

/** What stands around the chart to change what it shows. */
export class Controls {
  #horizon = need('horizon', HTMLSelectElement);
  #horizonField = need('horizon-field', HTMLElement);
  #spans = need('spans', HTMLElement);
  #pause = need('pause', HTMLButtonElement);
  #back = need('back', HTMLButtonElement);
  #state = need('chart-state', HTMLElement);
  #handlers;

  /** @param {ControlHandlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
    this.#horizon.addEventListener('change', () => handlers.onHorizon(this.#horizon.value));
    this.#pause.addEventListener('click', handlers.onPause);
    this.#back.addEventListener('click', handlers.onBack);
  }

  /** @param {ControlState} state */
  show({ horizons, h, step, spans, span, isZoomed, isPaused, missed }) {
    this.#showHorizons(horizons, h, step);
    this.#showSpans(spans, isZoomed ? null : span);
    this.#pause.setAttribute('aria-pressed', String(isPaused));
    setText(this.#pause, isPaused ? 'Continue' : 'Pause');
    this.#back.hidden = !isZoomed;
    const newer = missed === 1 ? '1 newer reading' : `${count(missed)} newer readings`;
    this.#state.dataset['tone'] = isZoomed || isPaused ? '' : 'hint';
    if (isZoomed) setText(this.#state, `Zoomed in, standing still; ${newer}.`);
    else setText(this.#state, isPaused ? `Paused; ${newer}.` : 'Drag to zoom in, double-click to go back.');
  }

  /**
   * @param {readonly string[]} horizons
   * @param {string | null} h
   * @param {number | null} step
   */
  #showHorizons(horizons, h, step) {
    const wanted = horizons.map((one) => ({ value: one, text: `${ahead(one, step)} ahead` }));
    const shown = Array.from(this.#horizon.options, ({ value, text }) => ({ value, text }));
    if (JSON.stringify(wanted) !== JSON.stringify(shown)) {
      this.#horizon.replaceChildren(...wanted.map(({ value, text }) => new Option(text, value)));
    }
    this.#horizon.value = h ?? '';
    this.#horizon.disabled = horizons.length < 2;
    this.#horizonField.hidden = horizons.length === 0;
  }

  /**
   * @param {readonly Span[]} spans
   * @param {Span | null} pressed
   */
  #showSpans(spans, pressed) {
    const shown = Array.from(this.#spans.children, (button) => button.textContent);
    if (JSON.stringify(shown) !== JSON.stringify(spans.map(({ label }) => label))) {
      this.#spans.replaceChildren(...spans.map((span) => this.#spanButton(span)));
    }
    for (const button of this.#spans.children) {
      button.setAttribute('aria-pressed', String(button.textContent === pressed?.label));
    }
    this.#spans.hidden = spans.length === 0;
    this.#pause.hidden = spans.length === 0;
  }

  /** @param {Span} span */
  #spanButton(span) {
    const button = element('button', '', span.label);
    button.type = 'button';
    button.addEventListener('click', () => this.#handlers.onSpan(span));
    return button;
  }
}
