import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { LiveFeed } from '../../src/serve/feed.ts';
import { RecentHistory } from '../../src/serve/recent.ts';
import { serve } from '../../src/serve/server.ts';
import { PageToken } from '../../src/serve/token.ts';
import { CHROMIUM_ARGUMENTS, findChromium } from './chromium.ts';
import { demoHours, demoStatus } from './demo.ts';

const executablePath = findChromium();
const TOKEN = 'a-token-of-some-length';
const PATIENCE = { timeout: 15_000 };

test.skipIf(executablePath === null)(
  'in Chromium: shown once, the token is gone from the address, and page, files, live stream and commands work by the cookie',
  { timeout: 60_000 },
  async () => {
    const history = new RecentHistory({ points: 2000, series: 100 });
    const feed = new LiveFeed();
    history.add(demoHours(0, 100));
    const commands: unknown[] = [];
    let status = demoStatus(99);
    const server = await serve({
      host: '0.0.0.0',
      port: 0,
      history,
      feed,
      pace: { every: 50, heartbeat: 1000, retry: 300 },
      status: () => status,
      command: async (command) => commands.push(command),
      token: new PageToken(TOKEN),
    });
    const browser = await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_ARGUMENTS });
    try {
      const page = await (await browser.newContext()).newPage();
      const complaints: string[] = [];
      const refused = await page.goto(server.address);
      expect(refused?.status()).toBe(401);
      expect(await page.locator('h1').textContent()).toBe('This page asks for a token');

      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(`${server.address}/?token=${TOKEN}`);
      expect(page.url()).not.toContain('token');
      await expect.poll(async () => page.locator('.series-row').count(), PATIENCE).toBe(6);
      await page.goto(`${server.address}/#/series/grid%2Fnorth%2Fload-mw`);
      await expect
        .poll(async () => page.locator('#chart-title').textContent(), PATIENCE)
        .toBe('grid/north/load-mw');
      await expect.poll(() => feed.connections, PATIENCE).toBe(1);
      // a page that changes its stream at this moment is told by the next one
      status = demoStatus(100, { state: 'failed', message: 'told live' });
      feed.status(status);
      await expect.poll(async () => page.locator('body').textContent(), PATIENCE).toContain('told live');
      const muted = await page.evaluate(async () => {
        const answer = await fetch('/api/alerts/mute', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"series":"grid/north/load-mw","until":4000000000000}',
        });
        return answer.status;
      });
      expect([muted, commands.length]).toEqual([200, 1]);
      expect(await page.evaluate('document.cookie')).toBe('');
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
    }
  },
);
