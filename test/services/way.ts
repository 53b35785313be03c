/** A service that has been got, and how to give it back. */
export interface Started<S> {
  readonly service: S;
  readonly stop: () => Promise<void>;
}

/** One way to get a service: an address that is given, a container, a process. */
export interface Way<S> {
  /** For messages: `Docker`. */
  readonly name: string;
  /** Rejects with a short reason when this way is closed on this machine. */
  start(): Promise<Started<S>>;
}

/** Raised when every way is closed; the message says why and what to do. */
export class NoWay extends Error {}

/** Takes the first way that is open, and says in one line which it was and why not those before it. */
export async function firstOpen<S>(
  name: string,
  todo: string,
  ways: readonly Way<S>[],
  say: (line: string) => void,
): Promise<Started<S>> {
  const closed: string[] = [];
  for (const way of ways) {
    const begin = performance.now();
    try {
      const started = await way.start();
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      say(`${name}: ${way.name}, ready in ${seconds} s${closed.map((reason) => `; ${reason}`).join('')}`);
      return started;
    } catch (error) {
      closed.push(`not by ${way.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const verdict = process.env['CI'] ? 'FAILED' : 'SKIPPED';
  const line = `${verdict}: the tests that need ${name}. ${todo} (${closed.join('; ')})`;
  say(line);
  throw new NoWay(line);
}
