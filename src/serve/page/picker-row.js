// @ts-check
import { element, setText } from './dom.js';
import { count, value } from './format.js';
import { drawSparkline, sparkline } from './sparkline.js';
/** @import { SeriesItem } from '../answers.ts' */

let options = 0;

/** One series of the list. */
export class PickerRow {
  #spark = sparkline();
  #value = element('span', 'option-value');
  #anomalies = element('span', '');
  #badge = element('span', 'badge', this.#anomalies, element('span', 'unseen', ' anomalies'));

  /** @param {string} name */
  constructor(name) {
    options += 1;
    this.option = element('li', 'option', element('span', 'option-name', name), this.#badge, this.#value);
    this.option.insertBefore(this.#spark, this.#value);
    this.option.id = `option-${options}`;
    this.option.title = name;
    this.option.setAttribute('role', 'option');
  }

  /** @param {number} lastValue */
  setValue(lastValue) {
    setText(this.#value, value(lastValue));
  }

  /** @param {SeriesItem} item */
  update({ summary: { lastValue, anomalies }, tail }) {
    this.setValue(lastValue);
    setText(this.#anomalies, count(anomalies));
    this.#badge.hidden = anomalies === 0;
    this.#badge.title = anomalies === 1 ? '1 anomaly' : `${count(anomalies)} anomalies`;
    drawSparkline(this.#spark, tail);
  }
}
