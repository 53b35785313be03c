import { expect, test } from 'vitest';
import { Curves } from '../../../src/evaluate/curves.ts';
import { reportPage } from '../../../src/evaluate/report/page.ts';
import { checkReportPage } from '../../checks/report-page.ts';
import { workplace } from '../../cli/workplace.ts';
import { evaluatedOffice } from '../office.ts';

const { write } = workplace();

checkReportPage(
  'the report',
  async () => {
    const { document, curves } = await evaluatedOffice({ validate: '..999', horizons: ['1', '3', '6'] });
    return write('report.html', reportPage(document, curves));
  },
  { charts: 10, shapes: 'path.line', height: 100 },
  (opened) => {
    test('a newcomer reads first whether it was any good', async () => {
      const { page } = await opened({});
      await expect(page.locator('.verdict').textContent()).resolves.toMatch(
        /^Beside the guess that nothing changes, the forecasts have an error that is [\d.]+ % \w+ one step ahead and [\d.]+ % \w+ 6 steps ahead\.$/,
      );
      expect(await page.locator('.tiles li').count()).toBe(5);
      expect(await page.locator('.tiles .good b').first().textContent()).toMatch(/% better$/);
      await page.close();
    });
  },
);

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
