// @ts-check
// What page.browser.test.ts asks inside the page: put there before the page's own scripts.

// The policy's refusals also come as console errors; this catches those that a browser might only report.
document.addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP', event.violatedDirective),
);

/** The chart as it is drawn, without making the page's own canvas slow to draw on. */
function chartPixels() {
  const canvas = document.querySelector('#chart canvas');
  if (!(canvas instanceof HTMLCanvasElement)) throw new Error('Expected a canvas in #chart');
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {
    willReadFrequently: true,
  });
  copy?.drawImage(canvas, 0, 0);
  const image = copy?.getImageData(0, 0, canvas.width, canvas.height);
  if (image === undefined) throw new Error('Expected a 2d context');
  return { box: canvas.getBoundingClientRect(), width: canvas.width, data: image.data };
}

/**
 * Where the chart has the colour that page.css gives this name: how many pixels, and the middle of the first run of them, in
 * CSS pixels of the window.
 *
 * @param {string} name
 */
function findColour(name) {
  const probe = new OffscreenCanvas(1, 1).getContext('2d');
  if (probe === null) throw new Error('Expected a 2d context');
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  probe.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = probe.getImageData(0, 0, 1, 1).data;
  const { box, width, data } = chartPixels();
  let count = 0;
  let first = -1;
  for (let i = 0; i < data.length; i += 4) {
    const distance =
      Math.abs((data[i] ?? 0) - r) + Math.abs((data[i + 1] ?? 0) - g) + Math.abs((data[i + 2] ?? 0) - b);
    if ((data[i + 3] ?? 0) < 200 || distance > 24) continue;
    if (count === 0) first = i / 4;
    count += 1;
  }
  const scale = box.width / width;
  return { count, x: box.x + (first % width) * scale, y: box.y + Math.floor(first / width) * scale };
}

/**
 * Scrolls the list of series through some thousand rows as a wheel does, a little in each frame.
 *
 * @param {number} ms
 */
async function scrollList(ms) {
  const list = document.getElementById('series-list');
  if (list === null) throw new Error('Expected a list of series');
  let longest = 0;
  const observer = new PerformanceObserver((tasks) => {
    for (const { duration } of tasks.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ entryTypes: ['longtask'] });
  const start = performance.now();
  let frames = 0;
  while (performance.now() - start < ms) {
    list.scrollTop += 120;
    frames += 1;
    await new Promise((resolve) => {
      requestAnimationFrame(resolve);
    });
  }
  const seconds = (performance.now() - start) / 1000;
  observer.disconnect();
  return { frames, seconds, longest };
}

Object.assign(globalThis, { findColour, scrollList });
