import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The folder that docker-compose.yml takes its settings from. */
export const DOCKER = fileURLToPath(new URL('../../.docker/', import.meta.url));

const Target = z.object({
  refId: z.string(),
  datasource: z.object({ uid: z.string(), type: z.string() }),
  query: z.string().optional(),
  expr: z.string().optional(),
});
const Panel = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string().min(1),
  datasource: z.object({ uid: z.string(), type: z.string() }),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(Target).min(1),
});
const Dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.literal(39),
  timezone: z.literal('utc'),
  templating: z.object({ list: z.array(z.object({ name: z.string(), query: z.string() })) }),
  panels: z.array(Panel).min(1),
});
export type Dashboard = z.output<typeof Dashboard>;
export type Panel = z.output<typeof Panel>;

/** Every dashboard that Grafana is given. */
export function dashboards(): readonly Dashboard[] {
  const folder = `${DOCKER}grafana/dashboards/`;
  return readdirSync(folder).map((name) => Dashboard.parse(JSON.parse(readFileSync(folder + name, 'utf8'))));
}
