// @ts-check
import { connect } from './live.js';
import { now, put } from './store.js';
/** @import { Window } from '../history.ts' */

/**
 * What a view of a series does with what comes.
 *
 * @typedef {object} PointHandlers
 * @property {(isFirst: boolean) => void} onOpen
 * @property {(points: Window) => void} onPoints
 * @property {() => void} onReload
 */

/** @type {{ close(): void } | null} */
let connection = null;

/** Listens to the run alone, without the points of a series. */
export function startLive() {
  listen(null, null);
}

/**
 * Listens to the run and to one series, in place of what was listened to before.
 *
 * @param {string | null} series
 * @param {PointHandlers | null} handlers
 */
export function listen(series, handlers) {
  connection?.close();
  let isFirst = true;
  connection = connect(series, {
    onOpen() {
      put({ connection: 'open' });
      handlers?.onOpen(isFirst);
      isFirst = false;
    },
    onLost() {
      if (now().connection !== 'lost') put({ connection: 'lost' });
    },
    onStatus: (status) => put({ status }),
    onPoints: (points) => handlers?.onPoints(points),
    onReload: () => handlers?.onReload(),
  });
}
