import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Curves } from '../../../src/evaluate/curves.ts';
import { reportPage } from '../../../src/evaluate/report/page.ts';
import { workplace } from '../../cli/workplace.ts';
import { CHROMIUM_ARGUMENTS, findChromium } from '../../serve/chromium.ts';
import { evaluatedOffice } from '../office.ts';

const executablePath = findChromium();
const { write } = workplace();

describe.skipIf(executablePath === null)('the report in Chromium', { timeout: 60_000 }, () => {
  let browser: Browser;
  let file: string;
  beforeAll(async () => {
    const { document, curves } = await evaluatedOffice({ validate: '..999', horizons: ['1', '3', '6'] });
    file = write('report.html', reportPage(document, curves));
    browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_ARGUMENTS });
  });
  afterAll(() => browser?.close());

  /** Opens it and gives back what the browser complained of, or asked the network for. */
  async function opened(options: object): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage(options);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    return { page, complaints };
  }

  test.each([
    ['light', { width: 1280, height: 900 }],
    ['dark', { width: 1280, height: 900 }],
    ['light', { width: 390, height: 844 }],
  ] as const)(
    '%s, %o: draws everything, complains of nothing, and does not run over',
    async (colorScheme, viewport) => {
      const { page, complaints } = await opened({ colorScheme, viewport });
      expect(await page.locator('svg.chart').count()).toBe(10);
      const sizes = await page.locator('svg.chart').evaluateAll((charts) =>
        charts.map((each) => {
          const { width, height } = each.getBoundingClientRect();
          return { width, height, drawn: each.querySelectorAll('path.line').length };
        }),
      );
      for (const { width, height, drawn } of sizes) {
        expect(width).toBeGreaterThan(300);
        expect(height).toBeGreaterThan(100);
        expect(drawn).toBeGreaterThan(0);
      }
      const ends = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
      expect((ends as number[])[0]).toBeLessThanOrEqual((ends as number[])[1]!);
      const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(paper).toBe(colorScheme === 'dark' ? 'rgb(14, 20, 28)' : 'rgb(244, 246, 249)');
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  test('a newcomer reads first whether it was any good', async () => {
    const { page } = await opened({});
    await expect(page.locator('.verdict').textContent()).resolves.toMatch(
      /^Beside the guess that nothing changes, the forecasts have an error that is [\d.]+ % \w+ one step ahead and [\d.]+ % \w+ 6 steps ahead\.$/,
    );
    expect(await page.locator('.tiles li').count()).toBe(5);
    expect(await page.locator('.tiles .good b').first().textContent()).toMatch(/% better$/);
    await page.close();
  });
});

test('holds all that it shows: no script, no address', async () => {
  const { document, curves } = await evaluatedOffice({ horizons: ['1'] });
  const page = reportPage(document, curves);
  expect(reportPage(document, curves)).toBe(page);
  expect(page).not.toMatch(/<script|\ssrc=|url\((?!#clip)|@import|https?:/);
  expect(page.length).toBeLessThan(1e6);
});

test('of nothing that came due it says so', async () => {
  const { document } = await evaluatedOffice({ score: '100000..' });
  const page = reportPage(document, new Curves());
  expect(page).toContain('No forecast came due in these rows');
  expect(page).not.toMatch(/NaN|Infinity|undefined/);
});

test('names of files and series are text', async () => {
  const { document, curves } = await evaluatedOffice({ horizons: ['1'] });
  const evil = '<img src=x onerror=alert(1)>';
  const scores = {
    ...document.scores,
    bySeries: document.scores.bySeries.map((each) => ({ ...each, series: evil })),
  };
  const page = reportPage(
    { ...document, data: { ...document.data, from: [evil], series: 2 }, scores },
    curves,
  );
  expect(page).not.toContain('<img');
  expect(page).toContain('&lt;img');
});
