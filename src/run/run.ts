import { setTimeout as wait } from 'node:timers/promises';
import { Candidates } from '../candidate/candidates.ts';
import { FrameTaps } from '../candidate/frame-taps.ts';
import type { LoggedCommand } from '../command.ts';
import { checkedSettings, settingsTree, type SettingsSources } from '../config/load.ts';
import { overlaidBy } from '../config/overlaid.ts';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import { silentLog } from '../log.ts';
import { RunMetrics } from '../metrics/run-metrics.ts';
import { rewind } from '../past/rewind.ts';
import type { Pipeline } from '../pipeline.ts';
import { Routes } from '../route/routes.ts';
import { routesOf } from '../route/settings.ts';
import { hideSecrets } from '../secret.ts';
import { LiveFeed } from '../serve/feed.ts';
import { RecentHistory } from '../serve/recent.ts';
import { isLoopback } from '../serve/loopback.ts';
import { serve, serveMetrics, type Serving } from '../serve/server.ts';
import type { ReplayAction, RunStatus } from '../serve/status.ts';
import { SinkSince } from '../sink/since.ts';
import type { Pace } from '../source/file-settings.ts';
import type { SourcePlace } from '../source/source.ts';
import { KafkaStore } from '../store/kafka.ts';
import { removeSqlite, SqliteStore } from '../store/sqlite.ts';
import { SqliteHistory } from '../store/sqlite-history.ts';
import { CommandsAgain } from './commands-again.ts';
import { CommandTopic } from './command-topic.ts';
import { Figures } from './figures.ts';
import { Inside } from './inside.ts';
import { liveBands } from './live-bands.ts';
import { liveErrors } from './live-errors.ts';
import { Monitor } from './monitor.ts';
import { pageToken } from './page-token.ts';
import { mustNotReadOwnStore, prepare, timeReader } from './prepare.ts';
import { reloadable } from './reload.ts';
import { Replay } from './replay.ts';
import { SnapshotTaker, snapshotPath } from './snapshot-taker.ts';
import { storeAt, storePlace } from './stores.ts';
import { type CommitListener, Tasks } from './tasks.ts';
import type { WorkDone } from '../traced.ts';
import { Ticker } from './ticker.ts';

/** What runs, and how. */
export interface RunOptions {
  readonly pipeline: Pipeline;
  /** Checked: see `loadSettings`. */
  readonly settings: RunSettings;
  /** Where they came from, to be read again while it runs, and to lay those of a candidate over. Left out: neither is possible. */
  readonly sources?: SettingsSources | undefined;
  /** Begins anew: removes what the store kept. */
  readonly fresh?: boolean;
  /** How fast history plays; default: as its settings say. */
  readonly pace?: Pace | undefined;
  /** Commands of a live run that are given again in their places, by partition; for history of the same offsets. */
  readonly commands?: ReadonlyMap<number, readonly LoggedCommand[]> | undefined;
  /** Those of them that the store has from a run that this one goes on with. */
  readonly given?: ReadonlyMap<number, readonly LoggedCommand[]> | undefined;
  /** Where history begins that goes on from a state, by partition: progress is told from there. */
  readonly begun?: ReadonlyMap<number, SourcePlace> | undefined;
  /** Points of before this event time, ms, are not given to the sink. */
  readonly since?: number | undefined;
  readonly log?: Log;
  /** Told after each commit. */
  readonly onCommit?: CommitListener;
}

/** A run that is under way. */
export interface Running {
  /** Where the page is served; null without one. */
  readonly address: string | null;
  /** Where Prometheus finds the metrics; null where they are not served. */
  readonly metrics: string | null;
  /** Resolves when the source has ended or `stop` was called and all is committed; rejects with what ended the run. */
  readonly finished: Promise<RunStatus>;
  status(): RunStatus;
  /** Pauses history, or plays it on in another way; undefined of a live run. */
  readonly replay: ((action: ReplayAction) => void) | undefined;
  /**
   * Reads the settings again and takes over what touches no byte of the outputs; resolves to the paths of what was another.
   *
   * @throws ForetideError COMMAND_REFUSED where something else is another, and nothing was taken over then; whatever the new settings fail with
   */
  reload(): Promise<readonly string[]>;
  /** Another model, or other settings, in the shadow; undefined where they cannot be tried. */
  readonly candidates: Candidates | undefined;
  /** Ends the source, commits, and closes everything, the page too. */
  stop(): Promise<void>;
}

const STATUS_EVERY_MS = 500;
/** Time that the answer to a reload has, when the page that gives it goes away. */
const ANSWER_MS = 300;
/** What a commit may take after `stop`: less than the 10 s after which a container is killed. */
const GRACE_MS = 5000;
/** What the page can look back on when the outputs go elsewhere. */
const RECENT = { points: 720, series: 2000 };

/**
 * Runs a pipeline: source → topology → sinks → commit, until the source ends or it is stopped. The page stays up until `stop`.
 *
 * @throws ForetideError where it cannot begin: settings that do not go together, a model, file, state or address that cannot be used. What ends it later
 *   rejects `finished`
 */
export async function run({
  pipeline,
  settings: given,
  sources,
  fresh = false,
  pace,
  commands,
  given: givenBefore,
  begun,
  since,
  log = silentLog,
  onCommit,
}: RunOptions): Promise<Running> {
  let settings = given;
  let tree = sources && settingsTree(sources);
  const place = storePlace(pipeline.name, settings);
  mustNotReadOwnStore(settings, place);
  const token = await pageToken(settings);
  const { decoder, model, source, changelog, deadLetters, ...made } = await prepare(settings, log, place);
  const sink = made.sink && since !== undefined ? new SinkSince(made.sink, since) : made.sink;
  if (begun) source.begins?.(begun);
  const topic = CommandTopic.of(settings, log);
  await topic?.check();
  if (fresh && place.kind === 'sqlite') removeSqlite(place.path);
  const snapshotsFile = (): string => snapshotPath(pipeline.name, settings.snapshots, place);
  let snapshots = SnapshotTaker.of(settings.snapshots, { path: snapshotsFile(), fresh, log });
  const store = storeAt(place, { pipeline: pipeline.name, settings: settings.store, changelog, log });
  if (store instanceof KafkaStore) {
    if (fresh) await store.clear();
    await store.prepare();
  }
  const openRoutes = (of: RunSettings): Promise<Routes> =>
    Routes.open({
      settings: routesOf(of),
      pipeline: pipeline.name,
      place,
      transactionTimeout: of.store.transactionTimeout,
      log,
    });
  let routes = await openRoutes(settings).catch(async (error: unknown) => {
    snapshots?.close();
    await store.close();
    throw error;
  });
  const kept = place.kind === 'sqlite' ? place.path : store.name;
  const stop = new AbortController();
  // a stop ends the source; what has come is still to be written and committed, until this
  const giveUp = new AbortController();
  const taps = new FrameTaps(pipeline);
  const parts = { pipeline: taps.pipeline, settings, decoder, model, store, sink, deadLetters };
  const taskParts = {
    ...parts,
    stop: giveUp.signal,
    worked: (done: WorkDone) => {
      figures.worked(done);
      metrics?.worked(done);
    },
  };
  const tasks: Tasks = new Tasks(
    { ...taskParts, ...(tree && { variant: (over) => candidates!.variant(over) }) },
    log,
  );
  const candidates =
    tree &&
    new Candidates({
      tree: () => tree!,
      settings: () => settings,
      task: { ...taskParts, pipeline },
      tasks,
      taps,
      path: snapshotsFile,
      log,
    });
  const timeOf = timeReader(decoder);
  const handler = commands
    ? new CommandsAgain({ handler: tasks, commands, to: endOf(settings.input), given: givenBefore })
    : tasks;
  const replay = await Replay.of(
    { input: settings.input, source, handler, timeOf, stop: stop.signal },
    pace,
  ).catch(async (error: unknown) => {
    await tasks.close();
    snapshots?.close();
    await routes.stop();
    await store.close();
    throw error;
  });
  let ticker = Ticker.of(settings.ticks.every, { source, tasks, log });
  const monitor = new Monitor({
    pipeline: pipeline.name,
    get model() {
      return tasks.all[0]?.model ?? model;
    },
    data: sink ? `${sink.name}; state in ${kept}` : kept,
    source,
    tasks: () => tasks.all,
    waiting: () => tasks.waiting,
    replay: replay && (() => replay.status()),
    hasDigests: settings.digest,
  });
  const figures = new Figures({
    pipeline: pipeline.name,
    settings,
    get model() {
      return tasks.all[0]?.model ?? model;
    },
    source,
    sink,
    monitor,
    tasks,
    get routes() {
      return routes;
    },
  });
  const metrics = settings.metrics.enabled ? new RunMetrics(() => figures.read()) : undefined;
  const feed = new LiveFeed();
  if (onCommit) tasks.onCommit(onCommit);
  tasks.onCommit((task, committed) => {
    monitor.count(task, committed);
    figures.committed(task);
    snapshots?.committed(task, committed.next);
    if (committed.points.some(({ measurement }) => measurement === 'alert')) routes.wake();
  });

  let reloading: Promise<unknown> = Promise.resolve();
  const closing: Promise<void>[] = [];
  let page: Serving | undefined;
  let metricsServer: Serving | undefined;
  let statusTimer: NodeJS.Timeout | undefined;
  /** What the page looks back on, from when there is one. */
  let history: RecentHistory | SqliteHistory | undefined;
  tasks.onCommit(({ partition }, { points }) => {
    if (history instanceof RecentHistory) history.add(points, partition);
    else history?.add(partition, points);
    if (history) feed.publish(points);
  });
  try {
    if (metrics && settings.metrics.port !== undefined) {
      metricsServer = await serveMetrics({
        host: settings.metrics.host,
        port: settings.metrics.port,
        allowedHosts: settings.page.allowedHosts,
        token,
        openMetrics: settings.metrics.open,
        metrics,
        status: () => monitor.status(),
      });
    }
    if (settings.page.enabled) page = await servePage(settings);
  } catch (error) {
    await close();
    throw error;
  }

  async function servePage(now: RunSettings): Promise<Serving> {
    const { host, port, allowedHosts, unprotected } = now.page;
    const known = await pageToken(now);
    if (unprotected && known === undefined && !isLoopback(host))
      log.warn(
        { host },
        'The page asks for no token: whoever reaches this address sees and changes everything',
      );
    history ??=
      store instanceof SqliteStore && !sink ? new SqliteHistory(store.database) : new RecentHistory(RECENT);
    const memories = () => tasks.all.map(({ memory }) => memory);
    const serving = await serve({
      host,
      port,
      allowedHosts,
      token: known,
      openMetrics: now.metrics.open,
      unprotected,
      metrics: settings.metrics.port === undefined ? metrics : undefined,
      history,
      feed,
      status: () => monitor.status(),
      command: (command) => tasks.commandAll(command),
      rewind: (order) =>
        tasks.commandFrom(order.series, (task) =>
          rewind(task, order, { pipeline, settings, overlaid: tree && overlaidBy(pipeline, tree), log }),
        ),
      replay: replay && ((action) => replay.act(action)),
      bands: (series) => liveBands(memories(), decoder.channels, series),
      errors: () => liveErrors(memories(), decoder.channels),
      facts: () => new Inside({ pipeline, settings, model, source, tasks, monitor, routes }).facts(),
      reload: sources && reload,
      candidates,
    });
    clearInterval(statusTimer);
    statusTimer = setInterval(() => feed.status(monitor.status()), STATUS_EVERY_MS);
    statusTimer.unref();
    return serving;
  }

  function reload(): Promise<readonly string[]> {
    const done = reloading.then(reloadNow, reloadNow);
    reloading = done.catch(() => undefined);
    return done;
  }

  async function reloadNow(): Promise<readonly string[]> {
    if (!sources) throw notToBeReloaded();
    const read = settingsTree(sources);
    const now = checkedSettings(pipeline.settings, read);
    const paths = reloadable(settings, now);
    const isOther = (section: string): boolean => paths.some((path) => path.split('.', 1)[0] === section);
    // what may fail first, and what was there stays until that is there
    const taken = isOther('snapshots') ? takerOf(now) : undefined;
    const served = isOther('page') && now.page.enabled ? await servePage(now) : undefined;
    if (isOther('routes')) {
      await routes.stop();
      const [opened, refusal] = await openRoutes(now).then(
        (all) => [all, undefined] as const,
        async (error: unknown) => [await openRoutes(settings), error] as const,
      );
      routes = opened;
      routes.start();
      if (refusal !== undefined) {
        await served?.close();
        taken?.close();
        throw refusal;
      }
    }
    settings = now;
    tree = read;
    tasks.reload(now);
    if (isOther('snapshots')) {
      snapshots?.close();
      snapshots = taken;
    }
    if (isOther('page')) {
      closing.push(closeSoon(page));
      page = served;
    }
    if (isOther('ticks')) {
      ticker?.end();
      ticker = Ticker.of(now.ticks.every, { source, tasks, log });
    }
    log.info({ paths }, paths.length > 0 ? 'settings taken over' : 'no setting is another');
    return paths;
  }

  function takerOf(now: RunSettings): SnapshotTaker | undefined {
    const path = snapshotPath(pipeline.name, now.snapshots, place);
    return SnapshotTaker.of(now.snapshots, { path, fresh: false, log });
  }

  async function flow(): Promise<RunStatus> {
    routes.start();
    topic?.start(tasks);
    try {
      await Promise.race([source.run(replay?.handler ?? tasks, stop.signal), tasks.failed]);
      await tasks.drain();
      monitor.state(stop.signal.aborted ? 'stopping' : 'done');
      const status = monitor.status();
      feed.status(status);
      return status;
    } catch (error) {
      if (giveUp.signal.aborted && error === giveUp.signal.reason) {
        log.warn(
          {},
          'Stopped before what had come could be written: it is not committed, and will be done again',
        );
        monitor.state('stopping');
        return monitor.status();
      }
      stop.abort();
      monitor.state('failed', hideSecrets(error instanceof Error ? error.message : String(error)));
      feed.status(monitor.status());
      throw error;
    }
  }

  async function close(): Promise<void> {
    await reloading;
    clearInterval(statusTimer);
    ticker?.end();
    await topic?.stop();
    await candidates?.drop();
    await page?.close();
    await metricsServer?.close();
    await Promise.all(closing);
    await tasks.close();
    snapshots?.close();
    await routes.stop();
    await sink?.close();
    await deadLetters?.close();
    await store.close();
  }

  function metricsAddress(): string | null {
    const server = metricsServer ?? page;
    return metrics && server ? `${server.address}/metrics` : null;
  }

  const finished = flow();
  finished.catch(() => undefined);
  return {
    get address() {
      return page?.address ?? null;
    },
    get metrics() {
      return metricsAddress();
    },
    finished,
    status: () => monitor.status(),
    replay: replay && ((action) => replay.act(action)),
    reload,
    candidates,
    stop: async () => {
      stop.abort();
      const { reason } = stop.signal as { reason: unknown };
      const grace = setTimeout(() => giveUp.abort(reason), GRACE_MS);
      await finished.catch(() => undefined);
      clearTimeout(grace);
      giveUp.abort(reason);
      await close();
    },
  };
}

/** Ends a page whose last answer may still be under way. */
async function closeSoon(page: Serving | undefined): Promise<void> {
  await wait(ANSWER_MS);
  await page?.close();
}

function notToBeReloaded(): ForetideError {
  return new ForetideError('COMMAND_REFUSED', {
    what: 'The settings of this run cannot be read again',
    todo: 'Start it anew.',
  });
}

/** Event time that the input ends before, ms, where it ends at an instant. */
function endOf(input: RunSettings['input']): number {
  return 'to' in input && typeof input.to === 'number' ? input.to : Infinity;
}
