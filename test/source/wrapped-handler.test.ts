import { expect, test } from 'vitest';
import type { SourceHandler } from '../../src/source/source.ts';
import { WrappedHandler } from '../../src/source/wrapped-handler.ts';

const bare: SourceHandler = {
  open: async () => 7,
  handle: async () => undefined,
  lose: async () => undefined,
};

test('passes everything on', async () => {
  const seen: string[] = [];
  const wrapped = new WrappedHandler({
    open: async (partition) => (seen.push(`open ${partition}`), 7),
    handle: async ({ partition }) => void seen.push(`handle ${partition}`),
    merges: () => 3,
    end: async (partition) => void seen.push(`end ${partition}`),
    doubt: (partition) => void seen.push(`doubt ${partition}`),
    drain: async () => void seen.push('drain'),
    onCommitted: (listener) => listener(4, 5),
    onBroken: (listener) => listener(6, 'why'),
    lose: async (partition) => void seen.push(`lose ${partition}`),
  });
  expect([await wrapped.open(1), wrapped.merges?.()]).toEqual([7, 3]);
  await wrapped.handle({ partition: 1, records: [], next: 0 });
  await wrapped.end(2);
  wrapped.doubt(3);
  await wrapped.drain();
  wrapped.onCommitted((...given) => void seen.push(`committed ${given.join(' ')}`));
  wrapped.onBroken((...given) => void seen.push(`broken ${given.join(' ')}`));
  await wrapped.lose(4);
  expect(seen).toEqual([
    'open 1',
    'handle 1',
    'end 2',
    'doubt 3',
    'drain',
    'committed 4 5',
    'broken 6 why',
    'lose 4',
  ]);
});

test('what the other has not is passed over; only whether it merges can be seen', async () => {
  const wrapped = new WrappedHandler(bare);
  await wrapped.end(0);
  wrapped.doubt(0);
  await wrapped.drain();
  wrapped.onCommitted(() => expect.unreachable());
  wrapped.onBroken(() => expect.unreachable());
  expect(wrapped.merges).toBeUndefined();
});
