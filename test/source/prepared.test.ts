import { describe, expect, test } from 'vitest';
import { FileSource } from '../../src/source/file.ts';
import { FileSettings } from '../../src/source/file-settings.ts';
import { type Prepare, PreparedSource } from '../../src/source/prepared.ts';
import type { Batch, Source, SourceHandler } from '../../src/source/source.ts';
import { checkSource } from '../checks/source.ts';
import { recordings } from './recording.ts';

const write = recordings();
const fileOf = (paths: string[]): FileSource =>
  new FileSource(FileSettings.parse({ paths }), () => undefined);

// where nothing has to be waited for it is a source as any other
checkSource('PreparedSource', async (content) => {
  const paths = content.map((texts) => write(texts.join('\n')));
  return {
    open: () => new PreparedSource(fileOf(paths), async () => undefined),
    text: ({ value }) => String(value),
  };
});

/** A source that hands over what it is told to. */
function handing(each: (handler: SourceHandler) => Promise<void>): Source {
  return { name: 'a test', check: () => Promise.resolve([]), run: (handler) => each(handler) };
}

const batch = (partition: number): Batch => ({
  partition,
  records: [{ offset: 0, key: null, value: null }],
  next: 1,
});

describe('PreparedSource', () => {
  const handled: Batch[] = [];
  const handler: SourceHandler = {
    open: async () => null,
    handle: async (given) => void handled.push(given),
    lose: async () => undefined,
  };
  const aborted: Prepare = (_, stop) =>
    new Promise((_resolve, reject) => {
      stop.addEventListener('abort', () => reject(stop.reason as Error), { once: true });
      if (stop.aborted) reject(stop.reason as Error);
    });

  test('hands a batch over once what it needs is there, and not before', async () => {
    handled.length = 0;
    const ready = Promise.withResolvers<void>();
    const source = new PreparedSource(
      handing(async (given) => {
        const under = given.handle(batch(0));
        await Promise.resolve();
        expect(handled).toEqual([]);
        ready.resolve();
        await under;
      }),
      async (records) => {
        expect(records).toHaveLength(1);
        await ready.promise;
      },
    );
    await source.run(handler, new AbortController().signal);
    expect(handled).toEqual([batch(0)]);
  });

  test('what is in doubt, or stopped, is not handed over, and nobody else waits less', async () => {
    handled.length = 0;
    const doubted: number[] = [];
    const stop = new AbortController();
    const source = new PreparedSource(
      handing(async (given) => {
        const [first, second] = [given.handle(batch(0)), given.handle(batch(1))];
        let isOver = false;
        void second.then(() => (isOver = true));
        given.doubt!(0);
        await first;
        expect(isOver).toBe(false);
        stop.abort();
        await second;
      }),
      aborted,
    );
    await source.run({ ...handler, doubt: (partition) => void doubted.push(partition) }, stop.signal);
    expect(handled).toEqual([]);
    expect(doubted).toEqual([0]);
  });

  test('a failure ends the run', async () => {
    const source = new PreparedSource(
      handing((given) => given.handle(batch(0))),
      () => Promise.reject(new Error('another schema')),
    );
    await expect(source.run(handler, new AbortController().signal)).rejects.toThrow('another schema');
  });
});
