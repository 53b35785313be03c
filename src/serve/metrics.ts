import { Hono } from 'hono';
import { addHealth, type Progress } from './health.ts';
import { guard, type Protection } from './guard.ts';
import { mustBeOwnHost, type OwnHosts } from './own-host.ts';
import { Problem } from './problem.ts';

/** What is scraped. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

/** What the server of metrics alone is made from. */
export interface MetricsAppParts extends OwnHosts, Protection {
  readonly metrics: MetricsText;
  readonly status: () => Progress;
}

/** `/metrics`, for Prometheus. */
export function addMetrics(app: Hono, metrics: MetricsText): void {
  app.get('/metrics', async (c) => {
    const text = await metrics.text();
    return c.body(text, 200, { 'Content-Type': metrics.contentType });
  });
}

/** `/metrics` and `/health/…` as a Hono app of their own: nothing can be seen of the series through it, and nothing be done. */
export function createMetricsApp({ metrics, status, token, openMetrics, ...hosts }: MetricsAppParts): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Cache-Control', 'no-store');
    mustBeOwnHost(c.req.header('host'), hosts);
    await next();
  });
  app.use(guard({ token, openMetrics }));
  addHealth(app, status);
  addMetrics(app, metrics);
  app.notFound((c) => c.json({ code: 'NOT_FOUND', message: `There is nothing at ${c.req.path}` }, 404));
  app.onError((error, c) => {
    if (error instanceof Problem) return c.json({ code: error.code, message: error.message }, error.status);
    return c.json({ code: 'INTERNAL', message: 'The metrics could not be read' }, 500);
  });
  return app;
}
