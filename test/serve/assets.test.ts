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
  const text = [...assets.keys()]
    .filter((name) => /\.(js|html)$/.test(name))
    .map((name) => new TextDecoder().decode(assets.get(name)?.bytes))
    .join('\n');
  const named = Array.from(
    text.matchAll(/(?:from '\.\/|\/assets\/)([\w-]+\.(?:js|css|svg))/g),
    ([, name]) => name ?? '',
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !assets.has(name))).toEqual([]);
});

test('every package that a module names is in the import map', () => {
  const assets = pageAssets();
  const textOf = (name: string): string => new TextDecoder().decode(assets.get(name)?.bytes);
  const { imports } = JSON.parse(
    /<script type="importmap">(?<map>[^<]*)/.exec(textOf('index.html'))!.groups!['map']!,
  ) as {
    imports: Record<string, string>;
  };
  const modules = [...assets.keys()]
    .filter((name) => name.endsWith('.js') && name !== 'uplot.js')
    .map(textOf);
  const named = new Set(
    modules.flatMap((text) =>
      Array.from(text.matchAll(/from ?["']([^."'][^"']*)["']/g), ([, name]) => name!),
    ),
  );
  expect([...named].toSorted()).toEqual(Object.keys(imports).toSorted());
});

test('the page has nothing inline that its policy would refuse', () => {
  const html = new TextDecoder().decode(pageAssets().get('index.html')?.bytes);
  expect(html).not.toMatch(/\sstyle=|\son\w+=|<style|<script(?! type="importmap")(?![^>]* src=)/);
});
