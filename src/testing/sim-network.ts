import type { FaultKind, FaultPlan, Failpoint, Request } from './failpoints.ts';
import type { SimProcess } from './virtual-clock.ts';

/** A request on its way. */
interface Asked {
  readonly process: SimProcess;
  readonly request: Request;
  readonly perform: () => unknown;
  readonly noAnswer: () => Error;
  readonly answer: PromiseWithResolvers<unknown>;
  /** asked: nothing has happened; performed: at the server, which may take its time; answered: the answer is on its way. */
  phase: 'asked' | 'performed' | 'answered';
  /** It takes longer than others on its way. */
  isHeldUp: boolean;
  /** Whoever asked does not wait any more. */
  isGivenUp: boolean;
  outcome: { readonly value: unknown } | { readonly error: unknown } | undefined;
}

export interface NetworkParts {
  readonly faults: FaultPlan;
  readonly random: () => number;
  /** Does what a fault says to a process, or to the group. */
  readonly strike: (kind: Exclude<FaultKind, 'fail' | 'late'>, process: SimProcess) => void;
  readonly trace: (event: string) => void;
}

/** Share of the answers that take their time, so that others overtake them. */
const SLOW = 0.2;
/** Share of the requests that are held up on their way, and for how long at most, ms. */
const HELD_UP = 0.03;
const LONGEST = 600;
/** Share of the requests of a process that was killed which still reach the server. */
const ARRIVING = 0.5;

/**
 * Between the processes and the servers: requests wait here until they are let through, one at a time, in whatever order; here they are lost,
 * late or answered in vain.
 */
export class SimNetwork {
  readonly #parts: NetworkParts;
  #waiting: Asked[] = [];
  #asked = 0;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** How many requests there have been. */
  get asked(): number {
    return this.#asked;
  }

  /** Resolves to what `perform` gives, once it has been let through; rejects with `noAnswer()` where the network fails. */
  ask<T>(
    process: SimProcess,
    request: Request,
    perform: () => T | Promise<T>,
    noAnswer: () => Error,
  ): Promise<T> {
    this.#asked += 1;
    const answer = Promise.withResolvers<unknown>();
    const { random } = this.#parts;
    const asked: Asked = {
      process,
      request,
      perform,
      noAnswer,
      answer,
      phase: 'asked',
      isHeldUp: random() < HELD_UP,
      isGivenUp: false,
      outcome: undefined,
    };
    if (asked.isHeldUp) {
      const ms = 1 + Math.floor(random() * LONGEST);
      process.clock.set(undefined, () => void (asked.isHeldUp = false), ms);
    }
    this.#waiting.push(asked);
    return answer.promise as Promise<T>;
  }

  /** What may happen next: a step of each request that can take one. */
  get steps(): readonly (() => void)[] {
    return this.#waiting
      .filter((asked) => this.#isReady(asked))
      .map((asked) => () => {
        if (asked.phase === 'asked') this.#arrive(asked);
        else this.#answer(asked);
      });
  }

  /** Fails all requests of a process, so that its code comes to an end. */
  abandon(process: SimProcess): void {
    for (const asked of this.#waiting) if (asked.process === process) asked.answer.reject(asked.noAnswer());
    this.#waiting = this.#waiting.filter((asked) => asked.process !== process);
  }

  /** What a killed process has asked is lost, or still arrives. */
  killed(process: SimProcess): void {
    this.#waiting = this.#waiting.filter((asked) => {
      if (asked.process !== process) return true;
      asked.isGivenUp = true;
      return asked.phase === 'asked' && this.#parts.random() < ARRIVING;
    });
  }

  #isReady({ process, phase, isHeldUp, isGivenUp, outcome }: Asked): boolean {
    if (isHeldUp) return false;
    if (phase === 'asked') return isGivenUp || process.state !== 'killed';
    return outcome !== undefined && process.state === 'running';
  }

  #arrive(asked: Asked): void {
    const fault = asked.isGivenUp ? undefined : this.#fault(asked, 'before');
    if (fault === 'fail' || fault === 'late') {
      asked.answer.reject(asked.noAnswer());
      asked.isGivenUp = true;
      if (fault === 'fail') this.#drop(asked);
      return;
    }
    // what happens to the process does not stop the request that it has sent
    if (fault !== undefined) return this.#parts.strike(fault, asked.process);
    this.#perform(asked);
  }

  #perform(asked: Asked): void {
    const { process, request, isGivenUp, perform } = asked;
    this.#parts.trace(`${process.name} ${request}${isGivenUp ? ' late' : ''}`);
    asked.phase = 'performed';
    const end = (outcome: NonNullable<Asked['outcome']>): void => {
      asked.outcome = outcome;
      if (asked.isGivenUp) this.#drop(asked);
    };
    try {
      const value = perform();
      if (value instanceof Promise) {
        value.then(
          (given: unknown) => end({ value: given }),
          (error: unknown) => end({ error }),
        );
        return;
      }
      end({ value });
    } catch (error) {
      end({ error });
    }
    if (!asked.isGivenUp && process.state === 'running' && this.#parts.random() >= SLOW) this.#answer(asked);
  }

  #answer(asked: Asked): void {
    if (asked.phase === 'performed') {
      asked.phase = 'answered';
      const fault = this.#fault(asked, 'after');
      if (fault === 'fail' || fault === 'late') {
        asked.answer.reject(asked.noAnswer());
        return this.#drop(asked);
      }
      if (fault !== undefined) return this.#parts.strike(fault, asked.process);
    }
    this.#drop(asked);
    const outcome = asked.outcome!;
    if ('error' in outcome) asked.answer.reject(outcome.error);
    else asked.answer.resolve(outcome.value);
  }

  #drop(asked: Asked): void {
    this.#waiting = this.#waiting.filter((other) => other !== asked);
  }

  #fault(asked: Asked, side: 'before' | 'after'): FaultKind | undefined {
    const place: Failpoint = `${side}:${asked.request}`;
    const kind = this.#parts.faults.at(place);
    if (kind !== undefined) this.#parts.trace(`${asked.process.name} ${place} ${kind}`);
    return kind;
  }
}
