import { afterEach, beforeEach, vi } from 'vitest';

/** A wall clock that moves when something waits for it, and never by itself; one timer at a time. */
export function wallClock(): { now: number } {
  const clock = { now: 0 };
  let due: { readonly at: number; readonly work: () => void } | undefined;
  beforeEach(() => {
    clock.now = 1000;
    due = undefined;
    vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
    vi.spyOn(globalThis, 'clearTimeout').mockImplementation(() => (due = undefined));
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms: number) => {
      const mine = { at: clock.now + ms, work };
      due = mine;
      setImmediate(() => {
        if (due !== mine) return;
        due = undefined;
        clock.now = Math.max(clock.now, mine.at);
        work();
      });
      return mine;
    }) as never);
  });
  afterEach(() => vi.restoreAllMocks());
  return clock;
}
