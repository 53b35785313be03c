import { type Context, Hono } from 'hono';
import type { CandidateStatus } from '../candidate/candidates.ts';
import type { PageCommand } from '../command.ts';
import type { RewindOrder } from '../past/rewind.ts';
import type { SeriesWindow } from './answers.ts';
import { type Asset, inlineScriptHashes, pageAssets } from './assets.ts';
import { eventStream, type Pace } from './events.ts';
import { addHealth } from './health.ts';
import { ForetideError } from '../errors.ts';
import type { LiveFeed } from './feed.ts';
import type { History, Window } from './history.ts';
import { guard, type Protection } from './guard.ts';
import { mustBeOwnHost } from './own-host.ts';
import { lookback } from './lookback.ts';
import { addMetrics, type MetricsText } from './metrics.ts';
import {
  BandsParameters,
  CandidateBody,
  EmptyBody,
  FeedbackBody,
  HistoryParameters,
  LiveParameters,
  MuteBody,
  ReplayBody,
  RewindBody,
  SeriesParameters,
} from './parameters.ts';
import type { PipelineFacts } from './pipeline-facts.ts';
import { parsed, Problem } from './problem.ts';
import { qualityOf } from './quality.ts';
import { SeriesIndex } from './series-index.ts';
import type { LiveBand, ReplayAction, RunStatus } from './status.ts';
import { stepOf } from './step.ts';
import { thin } from './thin.ts';

/** What the page is made from. */
export interface AppParts extends Protection {
  /** The host it is bound to: besides loopback names the one that requests may name. */
  readonly host: string;
  /** Other names that they may name. */
  readonly allowedHosts?: readonly string[];
  readonly history: History;
  readonly feed: LiveFeed;
  readonly status: () => RunStatus;
  /** How the bands of a series do; default: nothing is known of them. */
  readonly bands?: (series: string) => readonly LiveBand[];
  /** A look-up of each series' MAE against that of the last value, as it is now; NaN where it is not known. Default: it is of none. */
  readonly errors?: () => (series: string) => number;
  /** How the run does inside, for its operators. Left out: nothing is known of it. */
  readonly facts?: () => PipelineFacts;
  /** Gives a command to the partitions that it is for; resolves, once it is durable, to how many these are. Default: there are none. */
  readonly command?: (command: PageCommand) => Promise<number>;
  /** Puts a series back; resolves to the stretch that it has forgotten, once that is durable. Left out: there is no history to do it from. */
  readonly rewind?:
    ((order: RewindOrder) => Promise<{ readonly left: readonly [number, number] }>) | undefined;
  /** Pauses history, or plays it on in another way. Left out: the run is live. */
  readonly replay?: ((action: ReplayAction) => void) | undefined;
  /** Left out: they are not served here. */
  readonly metrics?: MetricsText | undefined;
  /** Reads the settings again; resolves to the paths of those that were taken over. Left out: they cannot be read again. */
  readonly reload?: (() => Promise<readonly string[]>) | undefined;
  /** Another model, or other settings, in the shadow. Left out: they cannot be tried. */
  readonly candidates?: PageCandidates | undefined;
  readonly pace?: Pace;
  /** Told of errors that are nobody's request's fault. */
  readonly onError?: (error: unknown) => void;
}

/** @param scripts hashes of the page's inline scripts: no other one runs */
const policy = (scripts: readonly string[]): string =>
  `default-src 'none'; script-src ${["'self'", ...scripts].join(' ')}; style-src 'self'; connect-src 'self'; img-src 'self'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What the page does with candidates; see `Candidates`. */
export interface PageCandidates {
  status(): CandidateStatus | undefined;
  begin(over: Record<string, unknown>): Promise<CandidateStatus>;
  drop(): Promise<boolean>;
  promote(): Promise<CandidateStatus>;
  rollback(): Promise<readonly number[]>;
}

const SECURITY = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const PACE: Pace = { every: 500, heartbeat: 15_000, retry: 1000 };

/** The largest time a Date can have: later than any point. */
const END_OF_TIME = 8.64e15;

/** What may be posted. */
const COMMANDS = /^\/api\/(alerts\/|candidate\/|(re(load|play|wind)|rollback)$)/;

/**
 * The page and its API as a Hono app. It tells nothing to other sites, and takes commands from its own page only: a browser sends JSON to another site after
 * asking alone, and is not answered.
 */
export function createApp({
  host,
  allowedHosts,
  history,
  feed,
  status,
  bands,
  errors = () => () => NaN,
  facts,
  command,
  replay,
  rewind,
  metrics,
  token,
  openMetrics,
  reload,
  candidates,
  pace = PACE,
  onError,
}: AppParts): Hono {
  const app = new Hono();
  const assets = pageAssets();
  const headers = Object.entries({
    ...SECURITY,
    'Content-Security-Policy': policy(inlineScriptHashes(assets.get('index.html'))),
  });
  const index = new SeriesIndex({
    history,
    errors,
    alerted: () =>
      new Set((status().alerts ?? []).filter(({ state }) => state === 'firing').map(({ series }) => series)),
  });

  app.use(async (c, next) => {
    for (const [name, value] of headers) c.header(name, value);
    c.header('Cache-Control', 'no-store');
    mustBeOwnHost(c.req.header('host'), { host, allowedHosts });
    const method = COMMANDS.test(c.req.path) ? 'POST' : 'GET';
    if (c.req.method !== method) {
      c.header('Allow', method);
      throw new Problem(405, 'METHOD_NOT_ALLOWED', `Expected ${method}, got ${c.req.method}`);
    }
    if (method === 'POST') mustBeOwn(c.req.header());
    await next();
  });
  app.use(guard({ token, openMetrics }));

  app.get('/', (c) => send(c, assets.get('index.html')));
  app.get('/assets/:name', (c) => send(c, assets.get(c.req.param('name'))));
  addHealth(app, status);
  if (metrics) addMetrics(app, metrics);
  app.get('/api/status', (c) => c.json(status()));

  app.get('/api/series', async (c) => c.json(await index.list(parsed(SeriesParameters, c.req.query()))));

  app.get('/api/pipeline', (c) => {
    if (facts === undefined) throw new Problem(404, 'NO_FACTS', 'Nothing is known of the inside of this run');
    return c.json(facts());
  });

  app.get('/api/history', (c) => {
    const parameters = parsed(HistoryParameters, c.req.query());
    const { series, to = END_OF_TIME, last, span, h, rows } = parameters;
    const summary = history.summary(series);
    if (summary === undefined) throw new Problem(404, 'SERIES_NOT_FOUND', `There is no series ${series}`);
    let from = parameters.from ?? -END_OF_TIME;
    if (last !== undefined) from = lookback(history, summary, last);
    if (span !== undefined) from = summary.lastTime - span;
    const window = history.window(series, from, to);
    const wanted = h === undefined ? window : onlyHorizon(window, h, summary.lastTime);
    const thinned = thin(wanted, rows);
    const horizons = window.forecasts.map((one) => one.h).toSorted((a, b) => Number(a) - Number(b));
    const step = stepOf(window.readings.time);
    const middle = h ?? horizons[horizons.length >> 1];
    const shown = window.forecasts.find((one) => one.h === middle);
    return c.json({
      series,
      newest: summary.lastTime,
      step,
      horizons,
      quality: shown === undefined ? null : qualityOf(window.readings, shown, step),
      thinned: thinned.readings.time.length < wanted.readings.time.length,
      ...thinned,
    } satisfies SeriesWindow);
  });

  app.get('/api/bands', (c) => {
    const { series } = parsed(BandsParameters, c.req.query());
    return c.json({ series, bands: bands?.(series) ?? [] });
  });

  const obeyed = async (given: PageCommand): Promise<object> => {
    const partitions = (await command?.(given)) ?? 0;
    if (partitions === 0)
      throw new Problem(404, 'SERIES_NOT_FOUND', 'No partition of this process has such a series');
    return { partitions };
  };
  app.post('/api/alerts/mute', async (c) =>
    c.json(await obeyed({ kind: 'mute', ...parsed(MuteBody, await bodyOf(c)) })),
  );
  app.post('/api/alerts/feedback', async (c) =>
    c.json(await obeyed({ kind: 'feedback', ...parsed(FeedbackBody, await bodyOf(c)) })),
  );

  app.post('/api/rewind', async (c) => {
    const order = parsed(RewindBody, await bodyOf(c));
    if (rewind === undefined)
      throw new Problem(404, 'NO_HISTORY', 'This run has no history to put it back by');
    const { left } = await rewind(order).catch(conflict);
    return c.json({ series: order.series, left });
  });

  app.post('/api/reload', async (c) => {
    parsed(EmptyBody, await bodyOf(c));
    if (reload === undefined)
      throw new Problem(404, 'NO_SETTINGS', 'The settings of this run cannot be read again');
    return c.json({ applied: await reload().catch(conflict) });
  });

  const candidateParts = (): PageCandidates => {
    if (candidates === undefined)
      throw new Problem(404, 'NO_CANDIDATE', 'Nothing can be tried beside this run');
    return candidates;
  };
  app.get('/api/candidate', (c) => {
    const how = candidateParts().status();
    if (how === undefined) throw new Problem(404, 'NO_CANDIDATE', 'There is no candidate');
    return c.json(how);
  });
  app.post('/api/candidate/begin', async (c) => {
    const { over } = parsed(CandidateBody, await bodyOf(c));
    return c.json(await candidateParts().begin(over).catch(conflict), 202);
  });
  app.post('/api/candidate/drop', async (c) => {
    parsed(EmptyBody, await bodyOf(c));
    return c.json({ dropped: await candidateParts().drop() });
  });
  app.post('/api/candidate/promote', async (c) => {
    parsed(EmptyBody, await bodyOf(c));
    return c.json(await candidateParts().promote().catch(conflict));
  });
  app.post('/api/rollback', async (c) => {
    parsed(EmptyBody, await bodyOf(c));
    return c.json({ partitions: await candidateParts().rollback().catch(conflict) });
  });

  app.post('/api/replay', async (c) => {
    const action = parsed(ReplayBody, await bodyOf(c));
    if (replay === undefined)
      throw new Problem(404, 'NO_REPLAY', 'This run is live: it has no clock of its own');
    replay(action);
    feed.status(status());
    return c.json(status().replay);
  });

  app.get('/api/live', (c) => {
    const { series } = parsed(LiveParameters, c.req.query());
    const mailbox = feed.subscribe(series ?? null);
    if (mailbox === null)
      throw new Problem(503, 'TOO_MANY_CONNECTIONS', 'As many pages as allowed are open. Close one');
    mailbox.put(status());
    c.header('Content-Type', 'text/event-stream; charset=utf-8');
    c.header('X-Accel-Buffering', 'no');
    return c.body(eventStream(mailbox, pace));
  });

  app.notFound((c) => c.json({ code: 'NOT_FOUND', message: `There is nothing at ${c.req.path}` }, 404));
  app.onError((error, c) => {
    if (error instanceof Problem) return c.json({ code: error.code, message: error.message }, error.status);
    onError?.(error);
    return c.json({ code: 'INTERNAL', message: 'The server could not answer. Its log says why' }, 500);
  });
  return app;
}

/** @throws Problem where a command comes from another site, or is no JSON */
function mustBeOwn({
  origin,
  host,
  'content-type': type,
}: Readonly<Record<string, string | undefined>>): void {
  if (origin !== undefined && URL.parse(origin)?.host !== host)
    throw new Problem(403, 'ORIGIN_REFUSED', 'Expected a command from this page, got one from another');
  if (type?.split(';')[0]!.trim().toLowerCase() !== 'application/json')
    throw new Problem(415, 'TYPE_REFUSED', `Expected application/json, got ${type ?? 'nothing'}`);
}

/** What the run refuses to do is its answer. */
function conflict(error: unknown): never {
  if (error instanceof ForetideError) throw new Problem(409, error.code, error.message);
  throw error;
}

/** Most bytes of a command. */
const MOST_BODY = 10_000;

async function bodyOf(c: Context): Promise<unknown> {
  const text = await c.req.text();
  if (text.length > MOST_BODY)
    throw new Problem(413, 'TOO_LARGE', `Expected at most ${MOST_BODY} characters`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'PARAMETERS_INVALID', 'Expected JSON');
  }
}

function send(c: Context, asset: Asset | undefined): Response | Promise<Response> {
  if (asset === undefined) return c.notFound();
  c.header('Cache-Control', 'no-cache');
  c.header('ETag', asset.etag);
  if (c.req.header('if-none-match') === asset.etag) return c.body(null, 304);
  c.header('Content-Type', asset.type);
  return c.body(asset.bytes);
}

/** Leaves out what horizons other than `h` forecast up to the newest reading: what they forecast beyond it continues the line of `h`. */
function onlyHorizon(window: Window, h: string, newest: number): Window {
  const forecasts = window.forecasts.map((columns) => {
    if (columns.h === h) return columns;
    const first = columns.time.findIndex((time) => time > newest);
    const start = first === -1 ? columns.time.length : first;
    return {
      h: columns.h,
      time: columns.time.slice(start),
      yhat: columns.yhat.slice(start),
      lo: columns.lo.slice(start),
      hi: columns.hi.slice(start),
    };
  });
  return { ...window, forecasts };
}
