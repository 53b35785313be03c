import { expect, test } from 'vitest';
import { comparisonPage } from '../../../src/evaluate/compare/page.ts';
import { checkReportPage } from '../../checks/report-page.ts';
import { recording, workplace } from '../../cli/workplace.ts';
import { compared } from './compared.ts';

const { write } = workplace();
const path = write('data.csv', recording(1200));
const SET = ['B:model.hidden=1', 'B:alerts.raise=0.2', 'B:alerts.clear=0.1', 'alerts.warmUp=50'];

async function page(set: readonly string[] = SET): Promise<string> {
  const { document, compared: made } = await compared({ name: 'anomaly-alerts', path, set });
  return comparisonPage(document, made.pairs);
}

checkReportPage(
  'a comparison',
  async () => write('compare.html', await page()),
  // four by steps ahead, two of each kind over time, the alerts
  { charts: 11, shapes: 'path.line, rect.alert', height: 30 },
  (opened) => {
    test('a newcomer reads first which one is better, and what differs', async () => {
      const { page: tab } = await opened({});
      expect(await tab.locator('.verdict').textContent()).toMatch(
        /^The errors of B are [\d.]+ % (smaller|larger) than those of A/,
      );
      expect(await tab.locator('.words').first().textContent()).toContain('model.hidden: 4 → 1');
      expect(await tab.locator('rect.alert.alone').count()).toBeGreaterThan(0);
      await tab.close();
    });
  },
);

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
