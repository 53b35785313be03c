// @ts-check

/**
 * The chart's colours, as page.css gives them for light and dark.
 *
 * @typedef {{ ink: string, muted: string, grid: string, surface: string, forecast: string, band: string, fan: string, naive: string, anomaly: string, change: string, future: string, font: string }} Theme
 */

/** @returns {Theme} */
export function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour('ink'),
    muted: colour('muted'),
    grid: colour('grid'),
    surface: colour('surface'),
    forecast: colour('forecast'),
    band: colour('band'),
    fan: colour('fan'),
    naive: colour('naive'),
    anomaly: colour('anomaly'),
    change: colour('change'),
    future: colour('future'),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/**
 * Calls back when the system changes between light and dark.
 *
 * @param {(isDark: boolean) => void} callback
 */
export function onThemeChange(callback) {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => callback(matches));
}
