// @ts-check
import { html } from 'htm/preact';
import { render } from 'preact';
import { App } from './app.js';
import { startKeys } from './keys.js';
import { startLive } from './live-run.js';
import { routeOf } from './route.js';
import { put } from './store.js';
import { onThemeChange } from './theme.js';

addEventListener('hashchange', () => {
  put({ route: routeOf(location.hash) });
  scrollTo(0, 0);
});
onThemeChange((isDark) => put({ isDark }));
startKeys();
startLive();

const root = document.getElementById('page');
if (root !== null) {
  root.replaceChildren();
  render(html`<${App} />`, root);
}
