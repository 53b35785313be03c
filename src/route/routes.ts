import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RouteFigures } from '../metrics/run-figures.ts';
import type { RouteFacts } from '../serve/pipeline-facts.ts';
import type { StorePlace } from '../run/stores.ts';
import { mayPass, saidBy } from './delivery-error.ts';
import { KafkaOutbox } from './kafka-outbox.ts';
import type { Outbox } from './outbox.ts';
import { receiverOf } from './receivers.ts';
import { Route } from './route.ts';
import type { RouteSetting, RouteSettings } from './settings.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

/** Time that a delivery under way has after `stop`, ms. */
const GRACE_MS = 3000;

/** What routes are made of. */
export interface RoutesParts {
  readonly settings: RouteSettings;
  /** Of the pipeline. */
  readonly pipeline: string;
  /** Where the run keeps its alerts. */
  readonly place: StorePlace;
  /** ms, of a store in Kafka */
  readonly transactionTimeout: number;
  readonly log: Log;
}

/**
 * All routes of a run. Each follows the committed alerts by itself: a receiver that is away holds up neither the run nor the other routes, and what it was
 * not told waits in the store.
 */
export class Routes {
  readonly #routes: readonly { readonly route: Route; readonly outbox: Outbox }[];
  readonly #stop = new AbortController();
  readonly #giveUp = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(routes: readonly { readonly route: Route; readonly outbox: Outbox }[]) {
    this.#routes = routes;
  }

  /**
   * Makes ready what follows the outbox; a new route begins here. After the store was opened, before the run commits anything.
   *
   * @throws ForetideError SECRET_MISSING, KAFKA_UNREACHABLE, STORE_UNSETTLED
   */
  static async open(parts: RoutesParts): Promise<Routes> {
    const opened: { readonly route: Route; readonly outbox: Outbox }[] = [];
    try {
      for (const setting of parts.settings) {
        const route = new Route(setting, await receiverOf(setting), parts.log);
        const outbox = outboxOf(setting, parts);
        opened.push({ route, outbox });
        await outbox.prepare();
      }
    } catch (error) {
      for (const { outbox } of opened) await outbox.close();
      throw error;
    }
    return new Routes(opened);
  }

  /** How each route does. */
  get facts(): readonly RouteFacts[] {
    return this.#routes.map(({ route }) => route.facts);
  }

  start(): void {
    const ending = { stop: this.#stop.signal, giveUp: this.#giveUp.signal };
    for (const { route } of this.#routes) route.start(ending);
    this.#running = Promise.all(this.#routes.map(({ route, outbox }) => outbox.run(route, ending)));
  }

  /** Alerts may have been committed. */
  wake(): void {
    for (const { outbox } of this.#routes) outbox.wake();
  }

  /** How each of them does. */
  figures(): readonly RouteFigures[] {
    return this.#routes.map(({ route, outbox }) => ({
      route: route.name,
      told: route.told,
      refused: route.refused,
      retries: route.outage.failures,
      awaySeconds: route.outage.seconds,
      pending: outbox.pending?.(),
    }));
  }

  /** Tells what is there as far as receivers take it within a few seconds, and ends. What is left waits for the next run. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('The run ends'));
    const grace = setTimeout(() => this.#giveUp.abort(new Error('The run has ended')), GRACE_MS);
    await this.#running;
    clearTimeout(grace);
    for (const { route, outbox } of this.#routes) {
      route.end();
      await outbox.close();
    }
  }
}

/**
 * Reaches the receiver of a route without telling it anything.
 *
 * @returns a line for each thing that it found
 * @throws ForetideError SECRET_MISSING, ROUTE_REFUSED, ROUTE_UNREACHABLE
 */
export async function checkRoute(setting: RouteSetting): Promise<readonly string[]> {
  const receiver = await receiverOf(setting);
  try {
    const lines = await receiver.check();
    return [`route ${setting.name}: ${lines.length === 0 ? receiver.name : lines.join('; ')}`];
  } catch (error) {
    if (error instanceof ForetideError) throw error;
    throw new ForetideError('ROUTE_UNREACHABLE', {
      what: 'A receiver of alerts does not answer as it should',
      got: saidBy(error),
      where: `route ${setting.name}: ${receiver.name}`,
      todo: 'Start it, or check the address and what it asks for.',
      canRetry: mayPass(error),
      cause: error,
    });
  }
}

function outboxOf({ name }: RouteSetting, { place, pipeline, transactionTimeout, log }: RoutesParts): Outbox {
  if (place.kind === 'sqlite') return new SqliteOutbox(place.path, name, log);
  return new KafkaOutbox({
    client: place.input,
    topic: place.topics.outputs['alert']!,
    group: `${place.input.group}-${pipeline}-route-${name}`,
    name,
    transactionTimeout,
    log,
  });
}
