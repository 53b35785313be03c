import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputSettings } from '../../src/config/run-settings.ts';
import { Replay } from '../../src/run/replay.ts';
import { FileSource } from '../../src/source/file.ts';
import type { FileSettings } from '../../src/source/file-settings.ts';
import type { Batch, Source, SourceHandler, SourceRecord } from '../../src/source/source.ts';
import type { ReplayAction } from '../../src/serve/status.ts';
import { checkSource } from '../checks/source.ts';
import { recordings } from '../source/recording.ts';
import { wallClock } from './wall-clock.ts';

const write = recordings();
const never = new AbortController().signal;
const DAY = 86_400_000;

/** Event time as the whole line, a number of ms; undefined for anything else. */
function timeOf({ value }: SourceRecord): number | undefined {
  const time = Number(Buffer.from(value!).toString());
  return Number.isNaN(time) ? undefined : time;
}

/** A replay of files of such lines. */
function replayOf(
  paths: readonly string[],
  pace: string,
  handler: SourceHandler,
  stop: AbortSignal,
): Promise<{ readonly replay: Replay; readonly source: Source }> {
  const input = InputSettings.parse({ kind: 'file', paths, pace }) as FileSettings & { kind: 'file' };
  const source = new FileSource(input, timeOf);
  return Replay.of({ input: input as never, source, handler, timeOf, stop }).then((replay) => ({
    replay: replay!,
    source,
  }));
}

checkSource('A replay', async (content) => {
  const paths = content.map((lines) => write(lines.join('\n')));
  let time = 0;
  const input = InputSettings.parse({ kind: 'file', paths, pace: '100000x' });
  return {
    open() {
      const source = new FileSource(input as never, () => undefined);
      return {
        name: source.name,
        check: () => source.check(),
        async run(handler, stop) {
          const parts = { input, source, handler, timeOf: () => time++, stop };
          await source.run((await Replay.of(parts))!.handler, stop);
        },
      };
    },
  };
});

describe('on a wall clock that moves when somebody waits', () => {
  const clock = wallClock();
  const lines = (...times: (number | string)[]): string => write(times.join('\n'));

  interface Player {
    readonly stop?: AbortController;
    /** Is told of what has come so far. */
    readonly handle?: (batch: Batch, replay: Replay, count: number) => Promise<void> | void;
    readonly open?: (partition: number) => number | null;
  }

  /** Plays everything; what came is [partition, text, wall time since the start]. */
  async function play(paths: readonly string[], pace: string, { stop, handle, open }: Player = {}) {
    const came: [number, string, number][] = [];
    const start = clock.now;
    const handler: SourceHandler = {
      open: async (partition) => open?.(partition) ?? null,
      lose: async () => undefined,
      async handle(batch) {
        for (const { value } of batch.records)
          came.push([batch.partition, Buffer.from(value!).toString(), clock.now - start]);
        await handle?.(batch, replay, came.length);
      },
    };
    const signal = stop?.signal ?? never;
    const { replay, source } = await replayOf(paths, pace, handler, signal);
    await source.run(replay.handler, signal);
    return came;
  }

  /** Acts when so many records have come, and resumes when nothing more does. */
  function when(count: number, ...actions: readonly ReplayAction[]): Player {
    let isDone = false;
    return {
      handle: (_, replay, came) => {
        if (isDone || came < count) return;
        isDone = true;
        for (const action of actions) replay.act(action);
      },
    };
  }

  test('a factor: files are merged by event time, and time passes that much faster', async () => {
    const came = await play([lines(0, 4000, 8000), lines(2000, 6000)], '10x');
    expect(came).toEqual([
      [0, '0', 0],
      [1, '2000', 200],
      [0, '4000', 400],
      [1, '6000', 600],
      [0, '8000', 800],
    ]);
  });

  test('a duration: the whole of it takes that long, whatever it took', async () => {
    const came = await play([lines(0, 5 * DAY, 10 * DAY)], '10s');
    expect(came.map(([, , at]) => at)).toEqual([0, 5000, 10_000]);
  });

  test('what is gone on with begins at once and keeps the speed of the whole', async () => {
    const came = await play([lines(0, 1000, 2000, 3000, 4000)], '8s', { open: () => 2 });
    expect(came.map(([, , at]) => at)).toEqual([0, 2000, 4000]);
  });

  test('readings that are close together come in one portion', async () => {
    const sizes: number[] = [];
    const close = Array.from({ length: 20 }, (_, i) => i / 100);
    await play([lines(...close)], '1x', { handle: ({ records }) => void sizes.push(records.length) });
    expect(sizes).toEqual([1, 7, 8, 4]);
    expect(clock.now - 1000).toBe(40);
  });

  test('time that goes backwards, and records without one, wait for nothing', async () => {
    const came = await play([lines(0, 'broken', 5000, 3000, 'broken', 6000, 'broken')], '1x');
    expect(came.map(([, , at]) => at)).toEqual([0, 0, 5000, 5000, 5000, 6000, 6000]);
  });

  test('a recording that begins with records without a time is not stuck', async () => {
    const came = await play([lines('broken', 'broken', 7000, 9000), lines(8000)], '1x');
    expect(came).toEqual([
      [0, 'broken', 0],
      [0, 'broken', 0],
      [0, '7000', 0],
      [1, '8000', 1000],
      [0, '9000', 2000],
    ]);
  });

  test.each(['1x', '3s'])('a recording without any time plays at once (%s)', async (pace) => {
    expect(await play([lines('a', 'b')], pace)).toEqual([
      [0, 'a', 0],
      [0, 'b', 0],
    ]);
  });

  test('a handler that is slow is waited for, and what is due then comes at once', async () => {
    const came = await play([lines(0, 1000, 2000, 9000)], '1x', {
      handle: ({ records }) => {
        if (records[0]!.offset === 0) clock.now += 5000;
      },
    });
    expect(came.map(([, , at]) => at)).toEqual([0, 5000, 5000, 9000]);
  });

  test('a stop ends a long wait', async () => {
    const stop = new AbortController();
    const came = await play([lines(0, DAY)], '1x', { stop, handle: () => stop.abort() });
    expect(came.length).toBe(1);
    expect(clock.now - 1000).toBeLessThan(2000);
  });

  test('without a limit no partition is further ahead than a batch', async () => {
    const dense = Array.from({ length: 3000 }, (_, i) => i * 1000);
    const sparse = Array.from({ length: 1500 }, (_, i) => i * 60_000);
    const came = await play([lines(...dense), lines(...sparse)], 'max');
    // the first batch of the sparse one is 512 minutes long: the dense one has to come to its end before the next
    const second = came.findIndex(([partition, text]) => partition === 1 && text === String(512 * 60_000));
    expect(came.slice(0, second).filter(([partition]) => partition === 0)).toHaveLength(3000);
    expect(clock.now).toBe(1000);
  });

  test('a step over a gap takes no time, and the clock goes on behind it', async () => {
    const came = await play([lines(0, 3 * DAY, 3 * DAY + 1000)], '1x', when(1, { action: 'step' }));
    expect(came.map(([, , at]) => at)).toEqual([0, 0, 1000]);
  });

  test('a stretch of event time takes none', async () => {
    const came = await play([lines(0, 1000, 2000, 4000)], '1x', when(1, { action: 'step', time: 3000 }));
    expect(came.map(([, , at]) => at)).toEqual([0, 0, 0, 1000]);
  });

  test('a change of speed goes on from where the readings are', async () => {
    const times = Array.from({ length: 600 }, (_, i) => i * 1000);
    const came = await play([lines(...times)], 'max', when(512, { action: 'speed', speed: 10 }));
    expect(came.slice(510, 515).map(([, , at]) => at)).toEqual([0, 0, 100, 200, 300]);
  });

  test('paused, single readings come in order of event time, and no others', async () => {
    const stop = new AbortController();
    const texts: string[] = [];
    const handler: SourceHandler = {
      open: async () => null,
      lose: async () => undefined,
      handle: async ({ records }) => {
        texts.push(...records.map(({ value }) => Buffer.from(value!).toString()));
        if (texts.length === 1) replay.act({ action: 'pause' });
      },
    };
    const { replay, source } = await replayOf(
      [lines(0, 3000, 5000, 7000), lines(1000, 3000, 6000)],
      '1x',
      handler,
      stop.signal,
    );
    const running = source.run(replay.handler, stop.signal);
    const settled = async (): Promise<string[]> => {
      await sleep(100); // of the real clock
      return texts;
    };
    expect(await settled()).toEqual(['0']);
    expect(replay.status()).toMatchObject({ position: 0, next: 1000, isPaused: true, speed: '1x' });
    replay.act({ action: 'step' });
    expect(await settled()).toEqual(['0', '1000']);
    replay.act({ action: 'step', readings: 3 });
    expect(await settled()).toEqual(['0', '1000', '3000', '3000', '5000']);
    expect(replay.status()).toMatchObject({ position: 5000, next: 6000 });
    replay.act({ action: 'step', time: 1000 });
    expect(await settled()).toHaveLength(5); // [5000, 6000)
    replay.act({ action: 'step', time: 1 });
    expect(await settled()).toEqual(['0', '1000', '3000', '3000', '5000', '6000']);
    expect(clock.now).toBe(1000);
    replay.act({ action: 'resume' });
    await running;
    expect(texts.at(-1)).toBe('7000');
    expect(clock.now - 1000).toBeGreaterThan(900);
  });

  test('a pause holds what would be due of partitions that are behind', async () => {
    const stop = new AbortController();
    const came: string[] = [];
    const handler: SourceHandler = {
      open: async () => null,
      lose: async () => undefined,
      handle: async ({ partition, records }) => {
        came.push(...records.map(() => String(partition)));
        if (came.length >= 513) replay.act({ action: 'pause' });
      },
    };
    const sparse = Array.from({ length: 600 }, (_, i) => i * 60_000);
    const dense = Array.from({ length: 6000 }, (_, i) => 1 + i * 1000);
    const { replay, source } = await replayOf(
      [lines(...sparse), lines(...dense)],
      'max',
      handler,
      stop.signal,
    );
    const running = source.run(replay.handler, stop.signal);
    await sleep(200); // of the real clock
    expect(came).toHaveLength(1024);
    stop.abort();
    await running;
  });

  test('the position is that of the partition that is least far', async () => {
    const states: unknown[] = [];
    await play([lines(0, 1000, 2000, 3000), lines(500, 2500)], '1x', {
      handle: ({ partition }, replay) => {
        states.push([partition, replay.status().position]);
      },
    });
    // of what is in hand nothing is said yet
    expect(states).toEqual([
      [0, null],
      [1, 0],
      [0, 500],
      [0, 1000],
      [1, 2000],
      [0, 2500],
    ]);
  });

  test('the time left is what the rest takes at this speed, and not known while it is paused', async () => {
    const left: (number | null)[] = [];
    // of one length: progress is the share of the file's bytes
    const times = Array.from({ length: 641 }, (_, i) => String(i * 1000).padStart(6, '0'));
    await play([lines(...times)], '1x', {
      handle: (_, replay, count) => {
        if (count === 400) replay.act({ action: 'speed', speed: 10 });
        left.push(replay.status().secondsLeft);
        if (count !== 500) return;
        replay.act({ action: 'pause' });
        expect(replay.status().secondsLeft).toBeNull();
        replay.act({ action: 'resume' });
      },
    });
    // it is known to the batch, of 8
    expect(left[0]).toBeNull();
    for (const count of [20, 100, 321]) expect(Math.abs(left[count]! - (640 - count))).toBeLessThan(10);
    expect(left[400]).toBeNull();
    expect(Math.abs(left[480]! - 16)).toBeLessThan(1);
  });

  test('whatever is done to it, each partition has the same records in the same order', async () => {
    const action = fc.oneof(
      fc.constantFrom<ReplayAction>({ action: 'pause' }, { action: 'resume' }, { action: 'step' }),
      fc.record({ action: fc.constant('step' as const), readings: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ action: fc.constant('step' as const), time: fc.integer({ min: 1, max: 100_000 }) }),
      fc.record({ action: fc.constant('speed' as const), speed: fc.constantFrom(0.5, 60, 3600, Infinity) }),
    );
    const times = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(times, { minLength: 1, maxLength: 3 }),
        fc.array(action, { maxLength: 12 }),
        fc.constantFrom('max', '60x', '2s'),
        async (content, actions, pace) => {
          const paths = content.map((some) => lines(...some));
          const left = [...actions];
          let isOver = false;
          const playing = play(paths, pace, {
            handle: (_, replay) => {
              const next = left.shift();
              if (next) replay.act(next);
              // nobody else would
              setImmediate(() => isOver || replay.act({ action: 'resume' }));
            },
          });
          const came = await playing;
          isOver = true;
          content.forEach((some, partition) =>
            expect(came.filter(([from]) => from === partition).map(([, text]) => text)).toEqual(
              some.map(String),
            ),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('which runs are replays', () => {
  const parts = (input: unknown): Parameters<typeof Replay.of>[0] => ({
    input: InputSettings.parse(input),
    source: { name: 'a source', check: async () => [], run: async () => undefined },
    handler: { open: async () => null, handle: async () => undefined, lose: async () => undefined },
    timeOf,
    stop: never,
  });
  const kafka = { kind: 'kafka', brokers: ['k:9092'], topic: 't' };

  test('those whose input has an end', async () => {
    expect(await Replay.of(parts(kafka))).toBeUndefined();
    expect(await Replay.of(parts({ ...kafka, to: 1 }))).toBeInstanceOf(Replay);
    const of = await Replay.of(parts({ kind: 'sqlite', path: 'a.db' }), { kind: 'times', factor: 1234.5678 });
    expect(of?.status()).toEqual({
      position: null,
      next: null,
      speed: '1230x',
      isPaused: false,
      secondsLeft: null,
    });
  });

  test('a duration is refused where nobody knows how much there is', async () => {
    await expect(
      Replay.of(parts({ kind: 'sqlite', path: 'a.db' }), { kind: 'within', ms: 1000 }),
    ).rejects.toMatchObject({ code: 'SETTINGS_INVALID', facts: { where: '--speed' } });
  });
});
