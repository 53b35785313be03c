// `npm run screenshots`: pictures of the page as it is while the bundled recording plays, into .github/.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import type { RunStatus } from '../../src/serve/status.ts';
import { CHROMIUM_ARGUMENTS, findChromium } from './chromium.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Share of the recording after which the pictures are taken. */
const SHARE = 0.44;
const DESKTOP = { width: 1360, height: 860 };
const PHONE = { width: 390, height: 844 };

const VIEWS = [
  ['overview', '#/', '.series-row .spark'],
  ['series', '#/series/EWR.temp', '#error-chart canvas'],
  ['pipeline', '#/pipeline', '#partitions'],
] as const;

const executablePath = findChromium();
if (executablePath === null) throw new Error('Expected a Chromium on the PATH, found none');
const folder = mkdtempSync(join(tmpdir(), 'foretide-screenshots-'));
const run = spawn(
  process.execPath,
  [
    'src/cli/bin.mjs',
    'run',
    'live-forecast',
    '--speed',
    '1000000x',
    '--set',
    'page.port=0',
    '--set',
    `store.path=${join(folder, 'run.db')}`,
  ],
  { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  const address = await addressOf(run.stdout);
  await untilPlayed(address);
  await post(address, { action: 'speed', speed: '36000x' });
  await wait(6000); // the rate is one of the last seconds
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [name, hash, sign] of VIEWS) {
      const shoot = async (file: string, viewport: typeof DESKTOP): Promise<void> => {
        const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' });
        const page = await context.newPage();
        await page.goto(`${address}/${hash}`);
        await settled(page, sign);
        await page.screenshot({ path: join(ROOT, '.github', file) });
        await context.close();
      };
      await shoot(`page-${name}-${colorScheme}.png`, DESKTOP);
      if (name === 'series' && colorScheme === 'light') await shoot('page.png', DESKTOP);
      if (colorScheme === 'light') await shoot(`page-${name}-phone.png`, PHONE);
    }
  }
  await browser.close();
} finally {
  run.kill('SIGTERM');
  await once(run, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += String(chunk);
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
    if (found) {
      output.resume();
      return found[0];
    }
  }
  throw new Error(`The run ended before its page was there: ${text}`);
}

async function untilPlayed(address: string): Promise<void> {
  for (;;) {
    const { progress } = (await (await fetch(`${address}/api/status`)).json()) as RunStatus;
    if (progress === null || progress >= SHARE) return;
    await wait(200);
  }
}

async function post(address: string, action: object): Promise<void> {
  const body = JSON.stringify(action);
  await fetch(`${address}/api/replay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
}

/** Until the view has what it shows, and a little longer. */
async function settled(page: Page, sign: string): Promise<void> {
  await page.locator(sign).first().waitFor({ state: 'attached' });
  await wait(1500);
}
