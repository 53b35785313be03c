import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM_ARGUMENTS, findChromium } from '../serve/chromium.ts';

/** A page in a browser, and what that complained of, or asked the network for. */
export type OpenedPage = (options: object) => Promise<{ page: Page; complaints: string[] }>;

/** What a report is expected to draw. */
export interface Drawn {
  readonly charts: number;
  /** What each chart has at least one of, as a selector. */
  readonly shapes: string;
  /** Each is higher than that, px. */
  readonly height: number;
}

/**
 * What every report that is one page of HTML must hold to in a real browser.
 *
 * @param file makes it, and tells where it lies
 * @param more further tests of the same page
 */
export function checkReportPage(
  name: string,
  file: () => Promise<string>,
  { charts, shapes, height: least }: Drawn,
  more: (opened: OpenedPage) => void,
): void {
  const executablePath = findChromium();
  describe.skipIf(executablePath === null)(`${name} in Chromium`, { timeout: 60_000 }, () => {
    let browser: Browser;
    let path: string;
    beforeAll(async () => {
      path = await file();
      browser = await chromium.launch({ executablePath: executablePath!, args: CHROMIUM_ARGUMENTS });
    });
    afterAll(() => browser?.close());

    const opened: OpenedPage = async (options) => {
      const page = await browser.newPage(options);
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => {
        if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
      });
      await page.goto(pathToFileURL(path).href);
      return { page, complaints };
    };

    test.each([
      ['light', { width: 1280, height: 900 }],
      ['dark', { width: 1280, height: 900 }],
      ['light', { width: 390, height: 844 }],
    ] as const)(
      '%s, %o: draws everything, complains of nothing, and does not run over',
      async (colorScheme, viewport) => {
        const { page, complaints } = await opened({ colorScheme, viewport });
        expect(await page.locator('svg.chart').count()).toBe(charts);
        const sizes = await page.locator('svg.chart').evaluateAll(
          (all, selector) =>
            all.map((each) => {
              const { width, height } = each.getBoundingClientRect();
              return { width, height, drawn: each.querySelectorAll(selector).length };
            }),
          shapes,
        );
        for (const { width, height, drawn } of sizes) {
          expect(width).toBeGreaterThan(300);
          expect(height).toBeGreaterThan(least);
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

    more(opened);
  });
}
