import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparisonPage } from '../../../src/evaluate/compare/page.ts';
import { recording, workplace } from '../../cli/workplace.ts';
import { CHROMIUM_ARGUMENTS, findChromium } from '../../serve/chromium.ts';
import { compared } from './compared.ts';

const executablePath = findChromium();
const { write } = workplace();
const path = write('data.csv', recording(1200));
const SET = ['B:model.hidden=1', 'B:alerts.raise=0.2', 'B:alerts.clear=0.1', 'alerts.warmUp=50'];

async function page(set: readonly string[] = SET): Promise<string> {
  const { document, compared: made } = await compared({ name: 'anomaly-alerts', path, set });
  return comparisonPage(document, made.pairs);
}

describe.skipIf(executablePath === null)('a comparison in Chromium', { timeout: 60_000 }, () => {
  let browser: Browser;
  let file: string;
  beforeAll(async () => {
    file = write('compare.html', await page());
    browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_ARGUMENTS });
  });
  afterAll(() => browser?.close());

  /** Opens it and gives back what the browser complained of, or asked the network for. */
  async function opened(options: object): Promise<{ page: Page; complaints: string[] }> {
    const tab = await browser.newPage(options);
    const complaints: string[] = [];
    tab.on('console', (message) => complaints.push(message.text()));
    tab.on('pageerror', (error) => complaints.push(String(error)));
    tab.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
    });
    await tab.goto(pathToFileURL(file).href);
    return { page: tab, complaints };
  }

  test.each([
    ['light', { width: 1280, height: 900 }],
    ['dark', { width: 1280, height: 900 }],
    ['light', { width: 390, height: 844 }],
  ] as const)(
    '%s, %o: draws everything, complains of nothing, and does not run over',
    async (colorScheme, viewport) => {
      const { page: tab, complaints } = await opened({ colorScheme, viewport });
      // four by steps ahead, two of each kind over time, the alerts
      expect(await tab.locator('svg.chart').count()).toBe(11);
      const sizes = await tab.locator('svg.chart').evaluateAll((charts) =>
        charts.map((each) => {
          const { width, height } = each.getBoundingClientRect();
          return { width, height, drawn: each.querySelectorAll('path.line, rect.alert').length };
        }),
      );
      for (const { width, height, drawn } of sizes) {
        expect(width).toBeGreaterThan(300);
        expect(height).toBeGreaterThan(30);
        expect(drawn).toBeGreaterThan(0);
      }
      const ends = await tab.evaluate('[document.documentElement.scrollWidth, innerWidth]');
      expect((ends as number[])[0]).toBeLessThanOrEqual((ends as number[])[1]!);
      const paper = await tab.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(paper).toBe(colorScheme === 'dark' ? 'rgb(14, 20, 28)' : 'rgb(244, 246, 249)');
      expect(complaints).toEqual([]);
      await tab.close();
    },
  );

  test('a newcomer reads first which one is better, and what differs', async () => {
    const { page: tab } = await opened({});
    expect(await tab.locator('.verdict').textContent()).toMatch(
      /^The errors of B are [\d.]+ % (smaller|larger) than those of A/,
    );
    expect(await tab.locator('.words').first().textContent()).toContain('model.hidden: 4 → 1');
    expect(await tab.locator('rect.alert.alone').count()).toBeGreaterThan(0);
    await tab.close();
  });
});

test('holds all that it shows: no script, no address', async () => {
  const text = await page();
  expect(text).not.toMatch(/<script|\ssrc=|url\((?!#clip)|@import|https?:/);
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
  expect(text.length).toBeLessThan(1e6);
});

test('of sides without a target in common it says so, and draws nothing', async () => {
  const text = await page(['B:align.every=3h', 'B:align.aggregate=mean']);
  expect(text).toContain('B and A have forecast no target in common');
  expect(text).not.toMatch(/NaN|Infinity|undefined|By steps ahead/);
});

test('names of files, series and sides are text', async () => {
  const { document, compared: made } = await compared({ name: 'anomaly-alerts', path, set: SET });
  const evil = '<img src=x onerror=alert(1)>';
  const alerts = document.alerts!.map(({ side, alerts: all }) => ({
    side,
    alerts: all.map((alert) => ({ ...alert, series: evil, why: evil })),
  }));
  const differences = [{ path: evil, a: evil, other: null }];
  const sides = document.sides.map((side) => ({ ...side, from: evil, differences }));
  const text = comparisonPage(
    { ...document, alerts, sides, data: { ...document.data, from: [evil] } },
    made.pairs,
  );
  expect(text).not.toContain('<img');
  expect(text.split('&lt;img').length).toBeGreaterThan(6);
});
