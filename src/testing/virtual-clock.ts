import { AsyncLocalStorage } from 'node:async_hooks';

/** A process of a simulation: what runs in it sees the simulation's time and random numbers. */
export class SimProcess {
  readonly name: string;
  readonly clock: VirtualClock;
  readonly random: () => number;
  /** A stopped one (SIGSTOP) hears nothing until it is continued; a killed one never again. */
  state: 'running' | 'stopped' | 'killed' = 'running';

  constructor(name: string, clock: VirtualClock, random: () => number) {
    this.name = name;
    this.clock = clock;
    this.random = random;
  }

  /** Does the work, and all that follows from it, in this process. */
  run<T>(work: () => T): T {
    return inside.run(this, work);
  }
}

const inside = new AsyncLocalStorage<SimProcess>();

/** What `setTimeout` gives inside a simulation. */
export class VirtualTimer {
  /** When it is due, ms. */
  at: number;
  readonly owner: SimProcess | undefined;
  readonly every: number | undefined;
  readonly callback: () => void;

  constructor(at: number, owner: SimProcess | undefined, every: number | undefined, callback: () => void) {
    this.at = at;
    this.owner = owner;
    this.every = every;
    this.callback = callback;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/**
 * The time of a simulation, ms: it stands still until it is moved, and timers go off one at a time, when they are told to.
 *
 * 1. A timer belongs to the process in which it was set, and waits while that is stopped; those of a killed one never go off.
 * 2. Of two timers that are due at one time the one that was set first goes off first.
 */
export class VirtualClock {
  /** 1970-01-12: what is subtracted from it stays positive. */
  #now = 1_000_000_000;
  readonly #timers = new Set<VirtualTimer>();

  get now(): number {
    return this.#now;
  }

  set(owner: SimProcess | undefined, callback: () => void, ms: number, isRepeated = false): VirtualTimer {
    const delay = ms >= 1 ? ms : 1;
    const timer = new VirtualTimer(this.#now + delay, owner, isRepeated ? delay : undefined, callback);
    this.#timers.add(timer);
    return timer;
  }

  clear(timer: VirtualTimer): void {
    this.#timers.delete(timer);
  }

  /** The timer that goes off next; undefined when there is none. */
  next(): VirtualTimer | undefined {
    let next: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.owner !== undefined && timer.owner.state !== 'running') continue;
      if (next === undefined || timer.at < next.at) next = timer;
    }
    return next;
  }

  /** Lets a timer go off; it is at least as late as that then. */
  fire(timer: VirtualTimer): void {
    this.#now = Math.max(this.#now, timer.at);
    this.#timers.delete(timer);
    if (timer.every !== undefined) {
      timer.at = this.#now + timer.every;
      this.#timers.add(timer);
    }
    if (timer.owner === undefined) timer.callback();
    else timer.owner.run(timer.callback);
  }

  /** Lets `ms` pass; no timer goes off by that. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** Forgets the timers of a process that is gone. */
  forget(owner: SimProcess): void {
    for (const timer of this.#timers) if (timer.owner === owner) this.#timers.delete(timer);
  }
}

let restore: (() => void) | undefined;
let users = 0;

/**
 * Gives the processes of simulations their own `setTimeout`, `setInterval`, `performance.now`, `Date.now` and `Math.random`; everything else in
 * this Node process keeps the real ones. Undone by calling what it returns, once for each call.
 */
export function installVirtualTime(): () => void {
  users += 1;
  restore ??= install();
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    users -= 1;
    if (users > 0) return;
    restore?.();
    restore = undefined;
  };
}

type Callback = (...args: unknown[]) => void;

function install(): () => void {
  const real = {
    setTimeout: globalThis.setTimeout as (callback: Callback, ms?: number, ...args: unknown[]) => unknown,
    setInterval: globalThis.setInterval as (callback: Callback, ms?: number, ...args: unknown[]) => unknown,
    clearTimeout: globalThis.clearTimeout as (timer: unknown) => void,
    clearInterval: globalThis.clearInterval as (timer: unknown) => void,
    performanceNow: performance.now.bind(performance),
    dateNow: Date.now.bind(Date),
    random: Math.random.bind(Math),
  };
  const setter =
    (isRepeated: boolean, otherwise: typeof real.setTimeout) =>
    (callback: Callback, ms = 1, ...args: unknown[]): unknown => {
      const owner = inside.getStore();
      if (!owner) return otherwise(callback, ms, ...args);
      return owner.clock.set(owner, () => callback(...args), ms, isRepeated);
    };
  const clearer =
    (otherwise: (timer: unknown) => void) =>
    (timer: unknown): void => {
      if (timer instanceof VirtualTimer) (timer.owner?.clock ?? inside.getStore()?.clock)?.clear(timer);
      else otherwise(timer);
    };
  const undo = [
    replace(globalThis, 'setTimeout', setter(false, real.setTimeout)),
    replace(globalThis, 'setInterval', setter(true, real.setInterval)),
    replace(globalThis, 'clearTimeout', clearer(real.clearTimeout)),
    replace(globalThis, 'clearInterval', clearer(real.clearInterval)),
    replace(performance, 'now', () => inside.getStore()?.clock.now ?? real.performanceNow()),
    replace(Date, 'now', () => inside.getStore()?.clock.now ?? real.dateNow()),
    replace(Math, 'random', () => (inside.getStore()?.random ?? real.random)()),
  ];
  return () => {
    for (const one of undo) one();
  };
}

function replace(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(target, name, before);
    else Reflect.deleteProperty(target, name);
  };
}
