// @ts-check
import { html } from 'htm/preact';
import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import { Alerts } from './alerts.js';
import { Anomalies } from './anomalies.js';
import { Bands } from './bands.js';
import { Changes } from './changes.js';
import { ChartFrame } from './chart-frame.js';
import { Controls } from './controls.js';
import { count } from './format.js';
import { isTyping } from './keys.js';
import { listen, startLive } from './live-run.js';
import { QualityCharts } from './quality-charts.js';
import { Readout } from './readout.js';
import { SeriesModel } from './series-model.js';
import { now, put, useShared } from './store.js';

/** Width in CSS pixels below which the chart begins with the shortest span. */
const NARROW = 480;

/**
 * One series: what came, what was forecast of it, what is forecast next; how good that was over time; what was odd and why.
 *
 * @param {{ name: string }} props
 */
export function SeriesView({ name }) {
  const [, draw] = useReducer((/** @type {number} */ times) => times + 1, 0);
  const [hovered, setHovered] = useState(/** @type {number | null} */ (null));
  const status = useShared('status');
  /** @type {import('preact').RefObject<SeriesModel | null>} */
  const kept = useRef(null);
  kept.current ??= new SeriesModel(name, {
    h: now().h,
    isNarrow: innerWidth < NARROW,
    onChange: onceAFrame(draw),
  });
  const model = kept.current;

  useEffect(() => {
    listen(name, {
      // what came after the window was fetched and before this, nobody has told
      onOpen: (isFirst) => (isFirst ? model.loadSoon() : model.load()),
      onPoints: (points) => model.add(points),
      onReload: () => model.loadSoon(),
    });
    model.load();
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '[') model.moveHorizon(-1);
      else if (event.key === ']') model.moveHorizon(1);
      else if (event.key === ' ' && !(event.target instanceof HTMLButtonElement)) {
        event.preventDefault();
        model.pause();
      }
    };
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onKey);
      model.end();
      startLive();
    };
  }, [model]);

  const { h, step } = model;
  useEffect(() => put({ h, step }), [h, step]);

  const { from, to } = model.range;
  const alerts =
    status?.alerts?.filter(({ series }) => name === series || name.startsWith(`${series}.`)) ?? [];
  const zoom = (/** @type {number} */ time) => model.zoomAround(time);
  const about = `Chart of ${name}: ${count(model.data.readings.time.length)} readings with their forecasts`;
  return html`
    <section id="chart-panel" class="panel chart-panel" aria-labelledby="chart-title">
      <div class="chart-head">
        <a class="back" href="#/" aria-label="Back to the list of series" title="Back (Esc)">←</a>
        <h2 id="chart-title">${name}</h2>
        <${Controls} model=${model} />
      </div>
      <${Readout} model=${model} time=${hovered} />
      <${ChartFrame} model=${model} label=${about} onHover=${setHovered} />
      <div class="chart-foot">
        <span id="chart-state" data-tone=${model.isZoomed || model.isPaused ? '' : 'hint'}
          >${stateText(model)}</span
        >
        ${
          model.isZoomed &&
          html`<button id="back" class="link" type="button" onClick=${() => model.follow()}>
            Back to the newest
          </button>`
        }
        <span class="zone">Times are UTC</span>
      </div>
      <${QualityCharts} quality=${model.quality} step=${step} nominal=${status?.nominalCoverage ?? null} />
    </section>
    <div class="cards">
      ${alerts.length > 0 && html`<${Alerts} alerts=${alerts} now=${status?.eventTime ?? null} most=${4} onChoose=${zoom} />`}
      <${Anomalies} anomalies=${model.data.anomalies} from=${from} to=${to} onChoose=${zoom} />
      <${Changes} events=${model.data.events} from=${from} to=${to} step=${step} onChoose=${zoom} />
      <${Bands} series=${name} h=${h} step=${step} />
    </div>
  `;
}

/** @param {SeriesModel} model */
function stateText({ missed, isZoomed, isPaused }) {
  const newer = missed === 1 ? '1 newer reading' : `${count(missed)} newer readings`;
  if (isZoomed) return `Zoomed in, standing still; ${newer}.`;
  return isPaused ? `Paused; ${newer}.` : 'Drag to zoom in, double-click to go back.';
}

/**
 * Calls back in the next frame, once, however often it is called before.
 *
 * @param {(action: void) => void} draw
 */
function onceAFrame(draw) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  };
}
