// @ts-check
/** @import { Window } from '../history.ts' */
/** @import { RunStatus } from '../status.ts' */

/**
 * What a live connection tells.
 *
 * @typedef {object} LiveHandlers
 * @property {() => void} onOpen - It is there, for the first time or again: fetch what may have been missed.
 * @property {() => void} onLost - It is gone; it is being tried again.
 * @property {(status: RunStatus) => void} onStatus
 * @property {(points: Window) => void} onPoints
 * @property {() => void} onReload - Points were left out: fetch the window.
 */

/** How long to wait where the browser itself does not try again, in milliseconds. */
const RETRY = 2000;

/**
 * Listens to one series until it is closed. While the page is hidden nothing is connected: a browser allows only six
 * connections to a server, over all its tabs.
 *
 * @param {string | null} series
 * @param {LiveHandlers} handlers
 * @returns {{ close(): void }}
 */
export function connect(series, handlers) {
  const path = series === null ? '/api/live' : `/api/live?${new URLSearchParams({ series })}`;
  /** @type {EventSource | null} */
  let source = null;
  let timer = 0;

  function open() {
    stop();
    source = new EventSource(path);
    source.addEventListener('open', handlers.onOpen);
    source.addEventListener('error', () => {
      handlers.onLost();
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY);
    });
    source.addEventListener('status', ({ data }) => handlers.onStatus(JSON.parse(data)));
    source.addEventListener('points', ({ data }) => handlers.onPoints(JSON.parse(data)));
    source.addEventListener('reload', handlers.onReload);
  }

  function stop() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function onVisibility() {
    if (document.hidden) stop();
    else if (source === null) open();
  }

  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
  return {
    close() {
      document.removeEventListener('visibilitychange', onVisibility);
      stop();
    },
  };
}
