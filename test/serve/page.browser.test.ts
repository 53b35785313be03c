import axe from 'axe-core';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { PageCommand } from '../../src/command.ts';
import { LiveFeed } from '../../src/serve/feed.ts';
import { RecentHistory } from '../../src/serve/recent.ts';
import { serve, type Serving } from '../../src/serve/server.ts';
import type { AlertState, ReplayAction, RunStatus } from '../../src/serve/status.ts';
import type { Points } from '../../src/sink/points.ts';
import { CHROMIUM_ARGUMENTS, findChromium } from './chromium.ts';
import { demoFacts, demoHour, demoHours, demoStatus } from './demo.ts';
import { readings } from './points.ts';

const executablePath = findChromium();
const Found = z.object({ count: z.number(), x: z.number(), y: z.number() });
const PAST = 300;
/** A machine that is busy with other tests may take its time. */
const PATIENCE = { timeout: 15_000 };
const DESKTOP = { viewport: { width: 1360, height: 900 } };
const PHONE = { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const NORTH = '#/series/grid%2Fnorth%2Fload-mw';
const MANY = 100_000;

/** A demo run that the test moves on hour by hour. */
class Demo {
  readonly history = new RecentHistory({ points: 2000, series: 100 });
  /** The error of a series against the last value. */
  error = (series: string): number => (series.startsWith('road') ? 1.2 : 0.7);
  feed = new LiveFeed();
  hour = PAST;
  over: Partial<RunStatus> = {};
  readonly commands: PageCommand[] = [];
  readonly actions: ReplayAction[] = [];
  serving: Serving | null = null;

  async start(port = 0): Promise<string> {
    this.feed = new LiveFeed();
    const { history, feed } = this;
    const pace = { every: 50, heartbeat: 1000, retry: 300 };
    this.serving = await serve({
      port,
      history,
      feed,
      pace,
      status: () => demoStatus(this.hour - 1, this.over),
      errors: () => this.error,
      facts: () => demoFacts(),
      command: async (command) => this.commands.push(command),
      replay: (action) => void this.actions.push(action),
    });
    return this.serving.address;
  }

  async stop(): Promise<void> {
    await this.serving?.close();
    this.serving = null;
  }

  tick(hours = 1): void {
    for (let i = 0; i < hours; i++) {
      const points = demoHour(this.hour);
      this.hour += 1;
      this.history.add(points);
      this.feed.publish(points);
    }
    this.tell();
  }

  tell(over: Partial<RunStatus> = this.over): void {
    this.over = over;
    this.feed.status(demoStatus(this.hour - 1, over));
  }
}

const ALERT: AlertState = {
  id: 'x',
  series: 'grid/north/load-mw',
  state: 'firing',
  severity: 'critical',
  reason: 'surprise',
  channel: '',
  isMuted: false,
  time: demoStatus(PAST - 1).eventTime! - 7_200_000,
  since: demoStatus(PAST - 1).eventTime! - 7_200_000,
  score: 0.9,
  value: 812,
  expected: 655.2,
  lo: 600,
  hi: 700,
  nearest: null,
  nearestTime: null,
  evidence: { surprise: 0.9, jump: 0.4, flatline: 0 },
};

const Violations = z.array(
  z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.object({ html: z.string() })) }),
);
const Smooth = z.object({ frames: z.number(), seconds: z.number(), longest: z.number() });

/** Points without those of one series. */
function without(
  { length, series, time, fields, offset }: Points,
  name: string,
): Omit<Points, 'measurement' | 'tags'> {
  const rows = Array.from({ length }, (_, i) => i).filter((i) => series[i] !== name);
  const pick = (column: Float64Array): Float64Array => Float64Array.from(rows, (i) => column[i]!);
  return {
    length: rows.length,
    series: rows.map((i) => series[i]!),
    time: pick(time),
    fields: Object.fromEntries(Object.entries(fields).map(([field, column]) => [field, pick(column)])),
    offset: pick(offset),
  };
}

test('a continuous integration has a browser', () => {
  if (executablePath !== null) return;
  console.warn('\n*** NO CHROMIUM ON THE PATH: the tests of the page in a real browser are SKIPPED ***\n');
  // With CI set, a test of the page that did not run may not look like one that passed.
  expect(process.env['CI']).toBeUndefined();
});

describe.skipIf(executablePath === null)('the page in Chromium', { timeout: 60_000 }, () => {
  let browser: Browser;
  let demo: Demo;
  let page: Page;
  let complaints: string[];
  const pictures = mkdtempSync(join(tmpdir(), 'foretide-page-'));

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_ARGUMENTS });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    console.info(`Screenshots: ${pictures}`);
  });

  /** Opens a series of a demo run that has been going on for some days. */
  async function open(
    options: Parameters<Browser['newContext']>[0],
    over: Partial<RunStatus> = {},
    before: () => Promise<void> = async () => {},
  ): Promise<string> {
    const address = await openAt(NORTH, options, over, before);
    await expect
      .poll(async () => page.locator('#chart-title').textContent(), PATIENCE)
      .toBe('grid/north/load-mw');
    await expect.poll(async () => page.locator('#read-actual').textContent(), PATIENCE).not.toBe('–');
    return address;
  }

  async function openAt(
    hash: string,
    options: Parameters<Browser['newContext']>[0],
    over: Partial<RunStatus> = {},
    before: () => Promise<void> = async () => {},
  ): Promise<string> {
    demo = new Demo();
    demo.over = over;
    demo.history.add(demoHours(0, PAST));
    return visit(options, before, hash);
  }

  async function visit(
    options: Parameters<Browser['newContext']>[0],
    before: () => Promise<void> = async () => {},
    hash = '',
  ): Promise<string> {
    const address = await demo.start();
    page = await (await browser.newContext({ reducedMotion: 'reduce', ...options })).newPage();
    complaints = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.addInitScript({ path: fileURLToPath(new URL('in-page.js', import.meta.url)) });
    await before();
    await page.goto(`${address}/${hash}`);
    return address;
  }

  afterEach(async () => {
    await page.context().close();
    await demo.stop();
  });

  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).textContent())?.trim() ?? '';

  const rowNames = (): Promise<string[]> => page.locator('.series-row .of-name').allInnerTexts();

  /** Where the chart has the colour that page.css gives this name, and how many pixels of it. */
  async function find(name: string): Promise<z.infer<typeof Found>> {
    return Found.parse(await page.evaluate(`findColour('${name}')`));
  }

  async function expectDrawn(): Promise<void> {
    const counts = await Promise.all(
      ['ink', 'forecast', 'anomaly'].map(async (name) => (await find(name)).count),
    );
    for (const count of counts) expect(count).toBeGreaterThan(100);
  }

  test('says what it is and how it is, with the series that need attention first', async () => {
    await openAt('', { ...DESKTOP, colorScheme: 'light' });
    await expect.poll(async () => page.locator('.series-row .spark').count(), PATIENCE).toBe(6);
    expect(await text('#pill')).toBe('Live');
    expect(await text('#sentence')).toContain('What 6 sensors will show next, forecast by an LSTM');
    expect(await text('#tile-error')).toBe('56 % better');
    expect(await text('#tile-anomalies')).toBe('7');
    expect(await rowNames()).toEqual([
      'road/a9/vehicles-per-hour',
      'grid/north/load-mw',
      'plant-2/boiler/return-temp-c',
      'greenhouse/3/humidity-percent',
      'grid/south/load-mw',
      'river/weir-7/level-m',
    ]);
    expect(await page.locator('.series-row').first().innerText()).toMatch(/20 % worse\s+1\s+Poor forecast$/);
    expect(await page.locator('.series-row .spark-band').first().getAttribute('d')).toMatch(/^M.*Z$/);
    await page.screenshot({ path: join(pictures, 'overview.png') });
    expect(complaints).toEqual([]);
  });

  test('sorts and searches, and shows those that are silent', async () => {
    await openAt('', DESKTOP);
    await expect.poll(rowNames, PATIENCE).toHaveLength(6);
    const name = demoHours(PAST - 1, PAST)[0]!.series[3]!;
    demo.history.add(demoHours(PAST, PAST + 8).map((points) => ({ ...points, ...without(points, name) })));
    await expect.poll(async () => text('#tile-silent'), PATIENCE).toBe('1');
    expect((await rowNames())[0]).toBe(name);
    expect(await page.locator('.series-row').first().innerText()).toContain('Silent 8 h');
    await page.locator('#tile-silent button').click();
    await expect.poll(rowNames, PATIENCE).toEqual([name]);
    expect(await text('#list-count')).toBe('1 of 6');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await expect.poll(rowNames, PATIENCE).toHaveLength(6);
    expect((await rowNames())[0]).toBe('greenhouse/3/humidity-percent');
    await page.locator('#search').fill('GRID load');
    await expect.poll(rowNames, PATIENCE).toEqual(['grid/north/load-mw', 'grid/south/load-mw']);
    await page.locator('#search').fill('nobody');
    await expect.poll(async () => text('#list-empty'), PATIENCE).toBe('No series matches.');
    expect(complaints).toEqual([]);
  });

  test('a series: what came, what was and what is forecast, how good that was', async () => {
    await open({ ...DESKTOP, colorScheme: 'light' });
    expect(await page.locator('#horizon option').allTextContents()).toEqual([
      '1 h ahead',
      '3 h ahead',
      '6 h ahead',
      '12 h ahead',
      '1 d ahead',
    ]);
    expect(await page.locator('#spans button').allInnerTexts()).toEqual(['2 d', '1 w', '4 w', 'All']);
    await expectDrawn();
    expect(await page.locator('#anomalies li').count()).toBe(3);
    const label = await page.locator('#error-chart').getAttribute('aria-label');
    expect(label).toMatch(
      /^Mean error of the forecasts 6 h ahead: [\d.]+; of repeating the last value: [\d.]+$/,
    );
    expect(await page.locator('#coverage-chart').getAttribute('aria-label')).toMatch(/6 h ahead: \d+ %$/);
    await page.screenshot({ path: join(pictures, 'light.png'), fullPage: true });
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', { ...DESKTOP, colorScheme: 'light' as const }],
    ['dark', { ...DESKTOP, colorScheme: 'dark' as const }],
    ['phone', { ...PHONE, colorScheme: 'light' as const }],
  ])('a replay stands still, goes on and changes its speed (%s)', async (name, options) => {
    const at = Date.UTC(2024, 2, 14, 6);
    const replay = { position: at, next: at + 3_600_000, speed: '60x', isPaused: false, secondsLeft: 754.2 };
    await open(options, { progress: 0.43, replay });
    expect(await text('#pill')).toBe('Replaying 43 %');
    expect(await text('#event-time')).toBe(
      'now at Thu 14 Mar 2024, 06:00 UTC, next at Thu 14 Mar 2024, 07:00; 12 min 35 s left',
    );
    await page.getByRole('button', { name: 'Pause replay' }).click();
    await page.getByRole('button', { name: 'Next reading' }).click();
    await page.getByLabel('Speed').selectOption('as fast as it goes');
    await expect
      .poll(() => demo.actions, PATIENCE)
      .toEqual([{ action: 'pause' }, { action: 'step' }, { action: 'speed', speed: Infinity }]);
    demo.tell({ progress: 0.43, replay: { ...replay, speed: '480x', isPaused: true, secondsLeft: null } });
    await expect.poll(() => text('#replay-pause'), PATIENCE).toBe('Go on');
    expect(await text('#pill')).toBe('Paused at 43 %');
    await expect.poll(() => page.locator('#replay-speed').inputValue(), PATIENCE).toBe('480x');
    await page.screenshot({ path: join(pictures, `replay-${name}.png`) });
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => demo.actions.at(-1), PATIENCE).toEqual({ action: 'resume' });
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    demo.tell({ state: 'done', progress: 1 });
    await expect.poll(() => page.locator('#replay').isVisible(), PATIENCE).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('dark, replaying: the progress, and what an anomaly is under the cursor', async () => {
    await open({ ...DESKTOP, colorScheme: 'dark' }, { progress: 0.43 });
    expect(await text('#pill')).toBe('Replaying 43 %');
    expect(await page.locator('#progress').getAttribute('value')).toBe('0.43');
    expect(await text('#event-time')).toBe('now at Sat 16 Mar 2024, 11:00 UTC');
    await expectDrawn();

    const dot = await find('anomaly');
    await page.mouse.move(dot.x, dot.y + 4);
    await expect.poll(async () => page.locator('#tip').isVisible(), PATIENCE).toBe(true);
    expect(await text('#tip')).toMatch(
      /^AnomalyThu 14 Mar 2024, 22:00 UTCValue566\.9Expected476\.8Band[\d.]+ to [\d.]+Score11\.8$/,
    );
    expect(await text('#read-time')).toBe('Thu 14 Mar 2024, 22:00');
    await page.screenshot({ path: join(pictures, 'dark.png'), fullPage: true });
    expect(complaints).toEqual([]);
  });

  // Seen to fail when events of the same time push each other out, and when the chart is not given the events.
  test('says how the forecasts have changed, in plain words and in the chart, and zooms to it', async () => {
    await open({ ...DESKTOP, colorScheme: 'light' });
    const changes = page.locator('#changes li');
    expect(await changes.allInnerTexts()).toEqual([
      expect.stringMatching(
        /^Sat 16 Mar 2024, 00:00 UTC\s+The band 6 h ahead holds what it should again\s+89 % of what came, meant to be 90 %$/,
      ),
      expect.stringMatching(
        /^Fri 15 Mar 2024, 00:00 UTC\s+The band 6 h ahead holds too little\s+87 % of what came, meant to be 90 %$/,
      ),
      expect.stringMatching(
        /^Wed 13 Mar 2024, 17:00 UTC\s+The forecasts became worse: relearning\s+errors of 71.6 instead of 9.3$/,
      ),
    ]);
    expect((await find('change')).count).toBeGreaterThan(60);
    await changes.nth(2).locator('button').click();
    await expect.poll(async () => text('#chart-state'), PATIENCE).toContain('Zoomed in');
    expect(await changes.count()).toBe(1);

    await page.keyboard.press('Escape');
    await page.locator('.series-row', { hasText: 'river/weir-7' }).click();
    await expect.poll(async () => text('#changes'), PATIENCE).toContain('None:');
    expect((await find('change')).count).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('what happens now comes live', async () => {
    await open(DESKTOP);
    const event = {
      measurement: 'event',
      length: 1,
      series: ['grid/north/load-mw'],
      time: Float64Array.of(Date.UTC(2024, 2, 16, 12)),
      tags: { model: 'demo', kind: 'drift-down', h: '01' },
      fields: { value: Float64Array.of(1.5), expected: Float64Array.of(6) },
      offset: Float64Array.of(0),
    } as const;
    demo.tick();
    demo.feed.publish([event]);
    await expect
      .poll(async () => page.locator('#changes li').first().innerText(), PATIENCE)
      .toMatch(/^Sat 16 Mar 2024, 12:00 UTC\s+The forecasts became better\s+errors of 1.5 instead of 6$/);
    expect(complaints).toEqual([]);
  });

  test.each([
    ['overview', '', '.series-row .spark'],
    ['series', NORTH, '#error-chart canvas'],
    ['pipeline', '#/pipeline', '#partitions'],
  ])('on a phone nothing is wider than the screen: %s', async (name, hash, sign) => {
    await openAt(hash, { ...PHONE, colorScheme: 'light' }, { alerts: [ALERT] });
    await page.locator(sign).first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.screenshot({ path: join(pictures, `phone-${name}.png`), fullPage: true });
    expect(complaints).toEqual([]);
  });

  test('another series by mouse and by keyboard', async () => {
    await openAt('', DESKTOP);
    await page.locator('.series-row', { hasText: 'river/weir-7' }).locator('.of-spark').click();
    await expect.poll(async () => text('#chart-title'), PATIENCE).toBe('river/weir-7/level-m');
    await expect.poll(async () => Number(await text('#read-actual')), PATIENCE).toBeCloseTo(2.2, 0);
    expect(new URL(page.url()).hash).toBe('#/series/river%2Fweir-7%2Flevel-m');

    await page.keyboard.press('/');
    await expect.poll(() => page.evaluate('document.activeElement.id'), PATIENCE).toBe('search');
    await page.keyboard.type('grid');
    await expect.poll(rowNames, PATIENCE).toEqual(['grid/north/load-mw', 'grid/south/load-mw']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('grid/south/load-mw');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await expect.poll(async () => text('#chart-title'), PATIENCE).toBe('grid/south/load-mw');
    await page.reload();
    await expect.poll(async () => text('#chart-title'), PATIENCE).toBe('grid/south/load-mw');

    await page.keyboard.press('?');
    expect(await page.locator('dialog').innerText()).toContain('search the series');
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog').isVisible()).toBe(false);
    expect(await text('#chart-title')).toBe('grid/south/load-mw');
    await page.keyboard.press('p');
    await expect.poll(() => page.locator('#partitions').isVisible(), PATIENCE).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('#series-list').isVisible(), PATIENCE).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('[ and ] choose a horizon, the space bar stands still', async () => {
    await open(DESKTOP);
    await page.keyboard.press(']');
    await expect.poll(() => page.locator('#horizon').inputValue(), PATIENCE).toBe('12');
    await page.keyboard.press('[');
    await page.keyboard.press('[');
    await expect.poll(() => page.locator('#horizon').inputValue(), PATIENCE).toBe('03');
    await page.keyboard.press('Space');
    await expect.poll(async () => text('#pause'), PATIENCE).toBe('Continue');
    expect(complaints).toEqual([]);
  });

  test('a link of an alert, with the name alone, shows the series', async () => {
    await openAt('#grid%2Fsouth%2Fload-mw', DESKTOP);
    await expect.poll(async () => text('#chart-title'), PATIENCE).toBe('grid/south/load-mw');
    expect(complaints).toEqual([]);
  });

  test('moves with what comes, stands still when told to, and catches up', async () => {
    await open(DESKTOP);
    expect(await text('#read-time')).toBe('Newest: Sat 16 Mar 2024, 11:00');
    demo.tick();
    await expect.poll(async () => text('#read-time'), PATIENCE).toBe('Newest: Sat 16 Mar 2024, 12:00');

    await page.locator('#pause').click();
    demo.tick(5);
    await expect.poll(async () => text('#chart-state'), PATIENCE).toBe('Paused; 5 newer readings.');
    expect(await text('#read-time')).toBe('Newest: Sat 16 Mar 2024, 12:00');
    await page.locator('#horizon').selectOption('01');
    await expect
      .poll(() => page.locator('#error-chart').getAttribute('aria-label'), PATIENCE)
      .toContain('forecasts 1 h ahead');
    expect(await text('#chart-state')).toContain('Paused');
    await page.locator('#pause').click();
    await expect.poll(async () => text('#read-time'), PATIENCE).toBe('Newest: Sat 16 Mar 2024, 17:00');
    expect(complaints).toEqual([]);
  });

  // Seen to fail when the first opening of a connection fetches nothing.
  test('what comes after the first fetch and before the live connection is not missed', async () => {
    const held = Promise.withResolvers<void>();
    await open(DESKTOP, {}, async () => {
      await page.route(/\/api\/live\?/, async (route) => {
        await held.promise;
        await route.continue();
      });
    });
    demo.tick(5);
    held.resolve();
    await expect.poll(async () => text('#read-time'), PATIENCE).toBe('Newest: Sat 16 Mar 2024, 16:00');
    expect(complaints).toEqual([]);
  });

  test('more than a connection may hold is fetched again', async () => {
    await open(DESKTOP);
    demo.tick(1000);
    await expect.poll(async () => text('#read-time'), PATIENCE).toBe('Newest: Sat 27 Apr 2024, 03:00');
    expect(complaints).toEqual([]);
  });

  test('zooms by dragging, shows another horizon, and goes back by a double click', async () => {
    await open(DESKTOP);
    const box = (await page.locator('#chart .u-over').boundingBox())!;
    await page.mouse.move(box.x + 200, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 400, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => text('#chart-state'), PATIENCE).toContain('Zoomed in');
    expect(await page.locator('#back').isVisible()).toBe(true);
    await page.mouse.move(box.x + 2, box.y + 60);
    await expect.poll(async () => text('#read-time'), PATIENCE).toMatch(/^\w+ 1[01] Mar/);

    await page.locator('#horizon').selectOption('24');
    await expect.poll(() => page.locator('#horizon').inputValue(), PATIENCE).toBe('24');

    await page.mouse.dblclick(box.x + 300, box.y + 100);
    await expect.poll(async () => page.locator('#back').isVisible(), PATIENCE).toBe(false);
    await page.mouse.move(box.x + 300, box.y - 200);
    await expect.poll(async () => text('#read-time'), PATIENCE).toBe('Newest: Sat 16 Mar 2024, 11:00');
    expect(complaints).toEqual([]);
  });

  test('opened before the first reading it waits, and then shows what comes', async () => {
    demo = new Demo();
    demo.hour = 0;
    demo.over = { summary: [], eventTime: null };
    await visit(DESKTOP);
    await expect.poll(async () => text('#pill'), PATIENCE).toBe('Live');
    await expect.poll(async () => text('#list-empty'), PATIENCE).toContain('No series yet');
    expect(await text('#tile-error')).toBe('–');
    demo.tick();
    await expect.poll(rowNames, PATIENCE).toHaveLength(6);
    await page.locator('.series-row').first().click();
    expect(await text('#chart-title')).toBe('road/a9/vehicles-per-hour');
    demo.tick(30);
    await expect.poll(async () => page.locator('#spans button').count(), PATIENCE).toBe(4);
    await expect.poll(async () => page.locator('#horizon').isVisible(), PATIENCE).toBe(true);
    await expect.poll(async () => text('#read-time'), PATIENCE).toBe('Newest: Tue 5 Mar 2024, 06:00');
    expect(await page.locator('#chart-note').isVisible()).toBe(false);
    expect((await find('ink')).count).toBeGreaterThan(100);
    expect(complaints).toEqual([]);
  });

  test('when it has finished: the table of errors in plain words', async () => {
    await openAt('', { ...DESKTOP, colorScheme: 'light' }, { progress: 0.9, summary: [] });
    await expect.poll(() => text('#scores'), PATIENCE).toBe('Known once the first forecasts have come due.');
    demo.tell({ state: 'done', progress: 1 });
    await expect.poll(async () => text('#pill'), PATIENCE).toBe('Finished');
    expect(await page.locator('#progress').isVisible()).toBe(false);
    const rows = page.locator('.scores tbody tr');
    await expect.poll(() => rows.count(), PATIENCE).toBe(5);
    // the step is known with the list
    await expect
      .poll(() => rows.nth(2).innerText(), PATIENCE)
      .toMatch(/^6 h\s+56 % better\s+34 % better\s+90 %\s+88 %$/);
    expect(await rows.nth(4).innerText()).toMatch(/^1 d\s+21 % better\s+6 % worse\s+86 %\s+84 %$/);
    expect(complaints).toEqual([]);
  });

  test('the pipeline: its partitions, what was set aside and why, who is told, what it is made of', async () => {
    await openAt('#/pipeline', { ...DESKTOP, colorScheme: 'light' }, { alerts: [ALERT], waiting: 12_000 });
    await page.locator('#partitions').waitFor();
    expect(await text('#pipeline-lag')).toBe('1,234');
    expect(await text('#pipeline-speed')).toBe('412 readings/s');
    const rows = await page.locator('#partitions tbody tr').allInnerTexts();
    expect(rows[0]).toMatch(
      /^0\s+5,000\s+1,234\s+4,990\s+3\s+6.7 kB\s+Sat 16 Mar 2024, 11:00\s+420 ms ago\s+1 s$/,
    );
    expect(rows[1]).toMatch(/^1\s+–\s+0\s+0\s+0\s+0 B\s+–\s+–\s+0 ms$/);
    expect(await page.locator('#dead li').allInnerTexts()).toEqual([
      expect.stringMatching(/^12\s+duplicate repeated a time/),
      expect.stringMatching(/^3\s+late came after newer/),
      expect.stringMatching(/^1\s+malformed could not be read/),
    ]);
    const letters = page.locator('#letters li');
    await letters.nth(0).locator('summary').click();
    expect(await letters.nth(0).locator('pre').innerText()).toBe(
      '{"sensor":"<img src=x onerror=alert(1)>"} …',
    );
    await letters.nth(1).locator('summary').click();
    expect(await letters.nth(1).innerText()).toContain('00 ff 10');
    expect(await page.locator('#routes tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/^ops\s*webhook https:\/\/alerts.example\s+7\s+1\s+away for 12 s$/),
    ]);
    expect(await text('#run')).toContain('f6c0e922');
    await page.locator('.settings summary').click();
    expect(await page.locator('.settings').innerText()).toContain('forecast.profile');
    expect(await page.locator('#alerts li').count()).toBe(1);
    await page.screenshot({ path: join(pictures, 'pipeline.png'), fullPage: true });
    expect(complaints).toEqual([]);
  });

  // Seen to fail with a pale colour of text, with a choice without a label, with a name that is not what is read, and with cells outside of rows.
  test.each(
    (['light', 'dark'] as const).flatMap((colorScheme) =>
      (
        [
          ['overview', '', '.series-row .spark'],
          ['series', NORTH, '#error-chart canvas'],
          ['pipeline', '#/pipeline', '#partitions'],
        ] as const
      ).map(([name, hash, sign]) => ({ colorScheme, name, hash, sign })),
    ),
  )('accessible: $name, $colorScheme', async ({ colorScheme, hash, sign }) => {
    const replay = { position: 1, next: 2, speed: '60x', isPaused: false, secondsLeft: 7 };
    await openAt(
      hash,
      { ...DESKTOP, colorScheme },
      { alerts: [ALERT], progress: 0.4, replay, message: 'Something' },
    );
    await page.locator(sign).first().waitFor();
    // as a test may and a page may not, whatever its policy says
    await page.evaluate(axe.source);
    const violations = Violations.parse(
      await page.evaluate('axe.run().then(({ violations }) => violations)'),
    );
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  test('an inline script other than its own does not run', async () => {
    await openAt('', DESKTOP);
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'globalThis.isTaken = true';
      document.body.append(script);
    }`);
    expect(await page.evaluate('globalThis.isTaken')).toBeUndefined();
    await expect.poll(() => complaints.join(' '), PATIENCE).toContain('CSP script-src');
  });

  test('paints first in less than a second', async () => {
    await openAt('', DESKTOP);
    await expect.poll(async () => page.locator('.series-row .spark').count(), PATIENCE).toBe(6);
    const paint = Number(
      await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime"),
    );
    console.info(`First contentful paint after ${paint.toFixed(0)} ms`);
    expect(paint).toBeGreaterThan(0);
    expect(paint).toBeLessThan(1000);
  });

  test(
    'with 100,000 series the list is smooth, and the server sends what is seen',
    { timeout: 120_000 },
    async () => {
      demo = new Demo();
      demo.error = (series) => (series.length % 7) / 5;
      const names = Array.from({ length: MANY }, (_, i) => `plant-${i % 97}/line-${i % 13}/sensor-${i}`);
      for (const t of [1, 2, 3])
        demo.history.add([
          readings(...names.map((name, i): [string, number, number] => [name, t * 60_000, i + t])),
        ]);
      const sizes: number[] = [];
      await visit(DESKTOP, async () => {
        page.on('response', async (response) => {
          if (response.url().includes('/api/series'))
            sizes.push((await response.body().catch(() => Buffer.of())).length);
        });
      });
      await expect.poll(async () => text('#list-count'), { timeout: 30_000 }).toBe('100,000');
      expect(await page.locator('.series-row').count()).toBeLessThan(60);
      const { frames, seconds, longest } = Smooth.parse(await page.evaluate('scrollList(3000)'));
      console.info(
        `100,000 series: ${(frames / seconds).toFixed(0)} frames/s while scrolling, longest task ${longest.toFixed(0)} ms`,
      );
      // on a quiet machine above 30 and below 100; a busy one is slower than that, but not by as much as drawing all rows would be
      expect(longest).toBeLessThan(2000);
      await page.locator('#series-list').evaluate((list) => {
        list.scrollTop = list.scrollHeight / 2;
      });
      await expect
        .poll(async () => page.locator('.series-row[data-index="50000"]').count(), PATIENCE)
        .toBe(1);
      await page.locator('#search').fill('plant-3/ sensor-77');
      await expect.poll(async () => text('#list-count'), PATIENCE).toMatch(/^\d{1,3} of 100,000$/);
      await page.locator('.series-row').first().focus();
      const times: number[] = [];
      for (let i = 0; i < 20; i++) {
        const before = performance.now();
        await (await fetch(`${demo.serving!.address}/api/series?offset=${i * 5000}&limit=100`)).text();
        times.push(performance.now() - before);
      }
      const median = times.toSorted((a, b) => a - b)[10]!;
      console.info(
        `100,000 series: an answer takes ${median.toFixed(1)} ms (median of 20), at most ${Math.max(...sizes)} bytes`,
      );
      expect(median).toBeLessThan(500); // on a quiet machine below 30
      expect(Math.max(...sizes)).toBeLessThan(150_000);
      expect(complaints).toEqual([]);
    },
  );

  test('alerts: what is odd about which series, since when; and a person may say that one is false', async () => {
    const now = demoStatus(PAST - 1).eventTime!;
    const alert = ALERT;
    const quiet = { value: null, expected: null, lo: null, hi: null };
    await openAt('', DESKTOP, {
      alerts: [
        alert,
        {
          ...alert,
          ...quiet,
          id: 'y',
          series: 'pump/7',
          severity: 'warning',
          reason: 'silence',
          isMuted: true,
        },
        { ...alert, id: 'z', series: 'pump/8', state: 'resolved', time: now, reason: 'flatline' },
        {
          ...alert,
          id: 'n',
          state: 'resolved',
          reason: 'novelty',
          nearest: 700,
          nearestTime: Date.UTC(2026, 0, 2, 3),
        },
      ],
    });
    await expect.poll(async () => text('#alerts-count'), PATIENCE).toBe('2 now');
    const items = await page.locator('#alerts li').allInnerTexts();
    expect(items[0]).toMatch(
      /for 2 h\s+grid\/north\/load-mw\s+is off its forecast .*: 812 instead of 655.2\s+How odd: off its forecast 90 %, jump 40 %/,
    );
    expect(items[1]).toMatch(/muted\s+pump\/7\s+has fallen silent/);
    expect(items[2]).toMatch(/over, after 2 h\s+pump\/8\s+says the same all the time/);
    expect(items[3]).toMatch(/812 instead of 655.2; nearest before: 700 at Fri 2 Jan 2026, 03:00/);
    await page.locator('#alerts-panel').scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(pictures, 'alerts.png'), fullPage: true });
    await page.getByRole('button', { name: 'It is a false one: the alert of grid/north/load-mw' }).click();
    await expect.poll(async () => text('#alerts-note'), PATIENCE).toBe('Noted: it is a false one.');
    await page.getByRole('button', { name: 'Mute for a day: pump/7' }).click();
    await expect.poll(() => demo.commands.length, PATIENCE).toBe(2);
    expect((await rowNames())[0]).toBe('grid/north/load-mw');
    expect(await page.locator('.series-row').first().innerText()).toContain('Odd now');
    expect(demo.commands).toEqual([
      { kind: 'feedback', series: 'grid/north/load-mw', isTrue: false },
      { kind: 'mute', series: 'pump/7', until: now + 86_400_000 },
    ]);
    demo.tell({ alerts: null });
    await expect.poll(() => page.locator('#alerts-panel').isVisible(), PATIENCE).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('an alert of the series that is shown leads to its time', async () => {
    const since = ALERT.since - 100 * 3_600_000;
    await open(DESKTOP, {
      alerts: [
        { ...ALERT, since },
        { ...ALERT, id: 'other', series: 'pump/7' },
      ],
    });
    expect(await page.locator('#alerts li').count()).toBe(1);
    await page.locator('#alerts .item-link').click();
    await expect.poll(async () => text('#chart-state'), PATIENCE).toContain('Zoomed in');
    await expect.poll(async () => text('#read-time'), PATIENCE).toBe('Newest: Wed 13 Mar 2024, 06:00');
    expect(complaints).toEqual([]);
  });

  test('a failure is said aloud', async () => {
    await open(DESKTOP);
    demo.tell({ state: 'failed', message: 'The model has 64 units: expected 32' });
    await expect.poll(async () => text('#pill'), PATIENCE).toBe('Failed');
    expect(await text('[role=alert]')).toBe('The model has 64 units: expected 32');
    expect(complaints).toEqual([]);
  });

  test('a lost connection is said, and when the server is back what was missed is fetched', async () => {
    const address = await open(DESKTOP);
    await demo.stop();
    await expect.poll(async () => text('#pill'), PATIENCE).toBe('Connection lost – reconnecting');
    await page.screenshot({ path: join(pictures, 'lost.png') });
    demo.tick(3);
    await demo.start(Number(new URL(address).port));
    await expect.poll(async () => text('#pill'), PATIENCE).toBe('Live');
    await expect.poll(async () => text('#read-time'), PATIENCE).toBe('Newest: Sat 16 Mar 2024, 14:00');
    // The browser itself writes down that it could not reach the server; nothing else may be there.
    expect(complaints.filter((complaint) => !complaint.includes('net::ERR_'))).toEqual([]);
  });
});
