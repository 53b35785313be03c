import { describe, expect, test } from 'vitest';
import type { Source, SourceHandler } from '../../src/source/source.ts';
import { WrappedSource } from '../../src/source/wrapped.ts';

const never = new AbortController().signal;
const handler: SourceHandler = {
  open: async () => null,
  handle: async () => undefined,
  lose: async () => undefined,
};
const bare: Source = { name: 'bare', check: async () => ['checked'], run: async () => undefined };

class Wrapped extends WrappedSource {
  readonly seen: unknown[] = [];

  protected override between(given: SourceHandler, stop: AbortSignal): SourceHandler {
    this.seen.push(given, stop);
    return { ...given };
  }
}

describe('WrappedSource', () => {
  test('tells what the source tells, and is told what it is told', async () => {
    const ahead = new Map([[0, { next: 1, end: 2 }]]);
    const begun: unknown[] = [];
    const source = new Wrapped({
      ...bare,
      ahead: () => ahead,
      begins: (places) => void begun.push(places),
      progress: () => 0.5,
      span: async (stop) => (stop === never ? 7 : 0),
      exhausted: async () => new Map([[0, 3]]),
    });
    const places = new Map([[0, { next: 1, watermark: 2 }]]);
    source.begins(places);
    expect(begun).toEqual([places]);
    expect([source.name, await source.check(), source.ahead!(), source.progress()]).toEqual([
      'bare',
      ['checked'],
      ahead,
      0.5,
    ]);
    expect([await source.span!(never), await source.exhausted()]).toEqual([7, new Map([[0, 3]])]);
  });

  test('of a source that cannot tell, it cannot tell either', async () => {
    const source = new Wrapped(bare);
    source.begins(new Map());
    expect([source.ahead, source.span, source.progress()]).toEqual([undefined, undefined, undefined]);
    expect(await source.exhausted()).toEqual(new Map());
  });

  test('runs the source with what stands between it and the handler', async () => {
    const given: unknown[] = [];
    const source = new Wrapped({ ...bare, run: async (...all) => void given.push(...all) });
    await source.run(handler, never);
    expect(source.seen).toEqual([handler, never]);
    expect(given[0]).not.toBe(handler);
    expect(given).toEqual([handler, never]);
  });
});
