// @ts-check
import { showAlerts } from './alerts.js';
import { showFacts } from './facts.js';
import { showHead } from './head.js';
import { connect } from './live.js';
import { Picker } from './picker.js';
import { showScores } from './scores.js';
import { onThemeChange } from './theme.js';
import { showAnomalyTile, showTiles } from './tiles.js';
import { View } from './view.js';
/** @import { RunStatus } from '../status.ts' */
/** @import { Connection } from './state.js' */

/** @type {RunStatus | null} */
let status = null;
/** @type {Connection} */
let connection = 'connecting';
/** @type {string | null} */
let chosen = null;

const view = new View(showStatus);
const picker = new Picker(choose, (list) => {
  showAnomalyTile(list);
  const first = list.series[0]?.summary.name;
  if (chosen === null && first !== undefined) choose(fromAddress() ?? first);
});
let live = listen(null);

/** @param {string} series */
function choose(series) {
  if (series === chosen) return;
  chosen = series;
  history.replaceState(null, '', `#${encodeURIComponent(series)}`);
  picker.choose(series);
  view.show(series);
  live.close();
  live = listen(series);
}

/** @param {string | null} series */
function listen(series) {
  let isFirst = true;
  return connect(series, {
    onOpen() {
      connection = 'open';
      if (isFirst) {
        // what came after the window was fetched and before this, nobody has told
        view.loadSoon();
      } else {
        view.load();
        picker.start();
      }
      isFirst = false;
      showStatus();
    },
    onLost() {
      connection = 'lost';
      showStatus();
    },
    onStatus(next) {
      status = next;
      showStatus();
    },
    onPoints(points) {
      view.add(points);
      picker.setValue(points.readings.value.at(-1));
    },
    onReload: () => view.loadSoon(),
  });
}

function showStatus() {
  showHead(status, connection);
  if (status === null) return;
  showTiles(status, view.h, view.step);
  showScores(status, view.h, view.step);
  showFacts(status);
  showAlerts(status, choose);
}

/** The series that the address names, as when the page is opened again. */
function fromAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1)) || null;
  } catch {
    return null;
  }
}

addEventListener('hashchange', () => {
  const named = fromAddress();
  if (named !== null) choose(named);
});
onThemeChange(() => view.restyle());
picker.start();
