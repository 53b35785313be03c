import { expect, test } from 'vitest';
import type { Archive, ArchivedReading } from '../../src/source/archive.ts';
import { ArchivePlayer } from '../../src/source/archive-player.ts';
import type { SourceHandler } from '../../src/source/source.ts';

/** So many readings, one a second; a read may do something else first. */
function archive(partition: number, count: number, before?: () => Promise<void>): Archive {
  const within = (from: number, to: number): ArchivedReading[] =>
    Array.from({ length: count }, (_, n) => ({ series: 's', time: n * 1000, value: n })).filter(
      ({ time }) => time >= from && time < to,
    );
  return {
    name: `archive ${partition}`,
    partition,
    extent: async () => (count > 0 ? { first: 0, last: (count - 1) * 1000 } : undefined),
    count: async (from, to) => within(from, to).length,
    first: async (from, to) => within(from, to)[0]?.time,
    async read(from, to) {
      await before?.();
      return within(from, to);
    },
  };
}

const handler = (handle: SourceHandler['handle'], next: number | null = null): SourceHandler => ({
  open: async () => next,
  lose: async () => undefined,
  handle,
});
const never = new AbortController().signal;

test('partitions take turns, and everything else in the process has its turn between', async () => {
  const partitions: number[] = [];
  let turns = 0;
  const timer = setInterval(() => (turns += 1));
  await new ArchivePlayer().run(
    [archive(0, 3000), archive(1, 10), archive(5, 3000)],
    handler(async ({ partition }) => {
      partitions.push(partition);
      const start = performance.now();
      while (performance.now() - start < 5);
    }),
    never,
  );
  clearInterval(timer);
  expect(partitions.slice(0, 5)).toEqual([0, 1, 5, 0, 5]);
  expect(turns).toBeGreaterThan(partitions.length / 2);
});

test('an archive of nothing ends at once, unless something was committed of it', async () => {
  const player = new ArchivePlayer();
  await player.run(
    [archive(0, 0)],
    handler(async () => undefined),
    never,
  );
  expect(player.progress()).toBe(1);
  await expect(
    new ArchivePlayer().run(
      [archive(0, 0)],
      handler(async () => undefined, 1),
      never,
    ),
  ).rejects.toMatchObject({ code: 'STATE_MISMATCH', facts: { where: 'archive 0' } });
});

test('an error of the archive ends the run, but for one that the stop has caused', async () => {
  const stop = new AbortController();
  const gone = new Error('gone');
  const failing = (isStopped: boolean): Archive =>
    archive(0, 5, async () => {
      if (isStopped) stop.abort();
      throw gone;
    });
  const none = handler(async () => undefined);
  await expect(new ArchivePlayer().run([failing(false)], none, never)).rejects.toBe(gone);
  const stopped = new ArchivePlayer();
  await stopped.run([failing(true)], none, stop.signal);
  expect(stopped.progress()).toBe(0);
});
