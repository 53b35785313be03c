import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import type { Log } from '../log.ts';
import { Outage } from '../outage.ts';
import type { RouteFacts } from '../serve/pipeline-facts.ts';
import { DeliveryError, mayPass, saidBy } from './delivery-error.ts';
import { documentOf } from './document.ts';
import { Follower, type FollowedFrom } from './follower.ts';
import { interruptible } from '../interruptible.ts';
import type { Ending } from './outbox.ts';
import type { Receiver } from './receiver.ts';
import type { RouteSetting } from './settings.ts';
import type { ToldAlert } from './told-alert.ts';

/** An alert that a receiver has refused for good. */
export interface Refused {
  readonly alert: ToldAlert;
  /** What it said. */
  readonly reason: string;
}

/**
 * One route: alerts of an outbox to a receiver.
 *
 * 1. One request at a time: a repetition never overtakes, and what fires is never told again after it was told to be over.
 * 2. While the receiver is away or busy an alert is tried again, with growing pauses or those that it asks for, until it is told. One message
 *    says that it is away, one that it is back.
 * 3. What it refuses for good is logged as an error with all that it holds, and no longer holds up the others.
 */
export class Route {
  readonly name: string;
  readonly #settings: RouteSetting;
  readonly #receiver: Receiver;
  readonly #log: Log;
  readonly #followers = new Set<Follower>();
  /** What is under way; never rejects. */
  #line: Promise<unknown> = Promise.resolve();
  #again: NodeJS.Timeout | undefined;
  /** Of the receiver. */
  readonly outage: Outage;
  #told = 0;
  #refused = 0;

  constructor(settings: RouteSetting, receiver: Receiver, log: Log) {
    this.name = settings.name;
    this.#settings = settings;
    this.#receiver = receiver;
    this.#log = log;
    this.outage = new Outage(log, {
      away: 'A receiver of alerts is away; alerts wait until it is back',
      back: 'A receiver of alerts is back',
      facts: { route: this.name, receiver: receiver.name },
    });
  }

  /** Turns of alerts that the receiver has taken, since the start. */
  get told(): number {
    return this.#told;
  }

  /** Turns of alerts that it has refused for good, since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** How it does, for the page. */
  get facts(): RouteFacts {
    const { seconds } = this.outage;
    return {
      name: this.name,
      receiver: this.#receiver.name,
      told: this.#told,
      refused: this.#refused,
      firing: [...this.#followers].reduce((sum, { firing }) => sum + firing.length, 0),
      awaySeconds: seconds > 0 ? seconds : null,
    };
  }

  /** Begins to tell again of what fires, where the receiver wants that. */
  start({ stop, giveUp }: Ending): void {
    const { again } = this.#receiver;
    if (!again) return;
    let isWaiting = false;
    this.#again = setInterval(() => {
      if (isWaiting || stop.aborted) return;
      isWaiting = true;
      void this.#alone(async () => {
        isWaiting = false;
        const firing = [...this.#followers].flatMap((follower) => follower.firing);
        if (firing.length === 0 || stop.aborted) return;
        await again
          .tell(firing, giveUp)
          .then(() => this.outage.back())
          .catch((error: unknown) => this.outage.failed({ error: saidBy(error) }));
      }, giveUp).catch(() => undefined);
    }, again.every);
    this.#again.unref();
  }

  /** Nothing is told again from now on. */
  end(): void {
    clearInterval(this.#again);
  }

  /** Takes up a part of the outbox. */
  follow(from: FollowedFrom): Follower {
    const follower = new Follower(this.#settings, from);
    this.#followers.add(follower);
    return follower;
  }

  /** Lets go of a part of the outbox: another process may follow it now. */
  leave(follower: Follower): void {
    this.#followers.delete(follower);
  }

  /**
   * Tells a turn of an alert, if it is to be told; resolves when the receiver has it, or has refused it for good.
   *
   * @throws the reason of `stop`, or after it the error of a last attempt: it is not told then, as far as we know
   */
  async take(
    follower: Follower,
    place: number,
    turn: ToldAlert,
    ending: Ending,
  ): Promise<{ readonly isTold: boolean; readonly refused?: Refused }> {
    return this.#alone(async () => {
      const alert = follower.toTell(place, turn);
      const reason = alert && (await this.#tell(alert, ending));
      // in the same breath: else what fires might be told again when it is over
      follower.passed(place, turn);
      if (!alert) return { isTold: false };
      return { isTold: true, ...(reason !== undefined && { refused: { alert, reason } }) };
    }, ending.giveUp);
  }

  /** @returns why it is refused; undefined when it was told */
  async #tell(alert: ToldAlert, { stop, giveUp }: Ending): Promise<string | undefined> {
    let isTold = false;
    const attempt = async (): Promise<void> => {
      await this.#receiver.deliver(alert, giveUp);
      isTold = true;
      this.#told++;
    };
    const { first, longest } = this.#settings.retry;
    try {
      if (stop.aborted) await attempt();
      else
        await pRetry(attempt, {
          retries: Infinity,
          minTimeout: first,
          maxTimeout: longest,
          randomize: true,
          signal: stop,
          shouldRetry: ({ error }) => mayPass(error),
          onFailedAttempt: ({ error, retryDelay }) => this.#pause(error, retryDelay, stop),
        });
      this.outage.back();
      return undefined;
    } catch (error) {
      // p-retry takes a stop for a failure, also when the attempt has succeeded meanwhile
      if (isTold) return undefined;
      if (mayPass(error) || error === stop.reason || error === giveUp.reason) throw error;
      this.outage.back();
      this.#refused++;
      const { name } = this;
      const reason = saidBy(error);
      const payload = documentOf(alert, this.#settings);
      this.#log.error(
        { route: name, reason, alert: payload },
        'An alert is refused for good: it is not told',
      );
      return reason;
    }
  }

  /** What a pause is longer than `retryDelay`: by what the receiver asks for. */
  async #pause(failure: Error, retryDelay: number, stop: AbortSignal): Promise<void> {
    if (!mayPass(failure)) return;
    this.outage.failed({ error: saidBy(failure) });
    const asked = failure instanceof DeliveryError ? failure.retryAfter : 0;
    const beyond = Math.min(asked, this.#settings.retry.longestAsked) - retryDelay;
    // An abort ends the pause; p-retry then throws the signal's own reason.
    if (beyond > 0) await sleep(beyond, undefined, { signal: stop }).catch(() => {});
  }

  /** One piece of work after the other; what waits for its turn does so no longer than until `giveUp`. */
  #alone<T>(work: () => Promise<T>, giveUp: AbortSignal): Promise<T> {
    const done = this.#line.then(() => {
      giveUp.throwIfAborted();
      return work();
    });
    this.#line = done.catch(() => undefined);
    return interruptible(done, giveUp);
  }
}
