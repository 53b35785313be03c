import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { knownMetrics } from '../metrics/known-metrics.ts';
import { describeWithPromtool } from '../services/describe-with.ts';
import { promtool } from '../services/promtool.ts';
import { dashboards, DOCKER, type Panel } from './dashboards.ts';

const all = dashboards();
const panels = all.flatMap((dashboard) => dashboard.panels);
const promqls = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr ?? []));

const Sources = z.object({
  datasources: z.array(z.object({ uid: z.string(), type: z.string(), url: z.url() })),
});

test('every panel asks a data source that is provisioned, in its language', () => {
  const { datasources } = Sources.parse(
    parse(readFileSync(`${DOCKER}grafana/provisioning/datasources/foretide.yaml`, 'utf8')),
  );
  const types = new Map(datasources.map(({ uid, type }) => [uid, type]));
  for (const { title, datasource, targets } of panels)
    for (const target of [{ refId: '', datasource }, ...targets]) {
      expect([title, types.get(target.datasource.uid)]).toEqual([title, target.datasource.type]);
      if (target.refId === '') continue;
      const language = target.datasource.type === 'prometheus' ? 'expr' : 'query';
      expect([title, target]).toEqual([
        title,
        expect.objectContaining({ [language]: expect.stringMatching(/./) }),
      ]);
    }
});

test('panels lie beside one another, and nothing has one name twice', () => {
  const overlaps = (a: Panel['gridPos'], b: Panel['gridPos']): boolean =>
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
  for (const { panels: own } of all) {
    expect(new Set(own.map(({ id }) => id)).size).toBe(own.length);
    for (const [i, panel] of own.entries()) {
      expect(panel.gridPos.x + panel.gridPos.w).toBeLessThanOrEqual(24);
      const other = own.slice(0, i).find(({ gridPos }) => overlaps(gridPos, panel.gridPos));
      expect([panel.title, other?.title]).toEqual([panel.title, undefined]);
    }
  }
});

test('what Prometheus is asked for is what a run has, or what the rules record', () => {
  const known = knownMetrics();
  expect(promqls.length).toBeGreaterThan(10);
  for (const expr of promqls)
    for (const [name] of expr.matchAll(/\b(?:\w+:)*(?:foretide|nodejs|process)_[\w:]+/g))
      expect([...known]).toContain(name);
});

describeWithPromtool('promtool', (tool) => {
  test('understands every question', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'foretide-dashboards-'));
    const path = join(folder, 'rules.yml');
    const rules = promqls.map((expr, i) => ({ record: `dashboard:question:${i}`, expr }));
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'dashboards', rules }] }));
    const { code, said } = await promtool(tool, ['check', 'rules', path]);
    rmSync(folder, { recursive: true });
    expect(said).toContain(`${rules.length} rules found`);
    expect(code).toBe(0);
  });
});
