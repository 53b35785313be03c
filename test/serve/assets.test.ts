import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pageAssets } from '../../src/serve/assets.ts';

test('holds the page and the chart library, and nothing that is not for browsers', () => {
  const assets = pageAssets();
  expect([...assets.keys()]).toEqual(
    expect.arrayContaining(['index.html', 'main.js', 'page.css', 'uplot.js', 'uplot.css']),
  );
  expect([...assets.keys()].filter((name) => name.endsWith('.ts') || name.endsWith('.json'))).toEqual([]);
  expect(new TextDecoder().decode(assets.get('uplot.js')?.bytes)).toContain('export { uPlot as default }');
});

test('every module and style that the page names is there', () => {
  const assets = pageAssets();
  const page = new URL('../../src/serve/page/', import.meta.url);
  const text = [...assets.keys()]
    .filter((name) => /\.(js|html)$/.test(name) && name !== 'uplot.js')
    .map((name) => readFileSync(new URL(name, page), 'utf8'))
    .join('\n');
  const named = Array.from(
    text.matchAll(/(?:from '\.\/|\/assets\/)([\w-]+\.(?:js|css|svg))/g),
    ([, name]) => name ?? '',
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !assets.has(name))).toEqual([]);
});

test('the page has nothing inline that its policy would refuse', () => {
  const html = new TextDecoder().decode(pageAssets().get('index.html')?.bytes);
  expect(html).not.toMatch(/\sstyle=|\son\w+=|<style|<script(?![^>]* src=)/);
});
