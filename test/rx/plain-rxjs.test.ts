import { from, map, Observable, type OperatorFunction, pipe, Subject, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, test } from 'vitest';
import {
  align,
  AlignSettings,
  createModel,
  detect,
  forecast,
  ForecastSettings,
  frames,
  learn,
  Memory,
  ModelSettings,
  type Reading,
  recur,
  type Row,
  rows,
  scale,
  ScaleSettings,
  score,
} from '../../src/index.ts';

const HOUR = 3_600_000;

/** The stages of live-forecast in plain RxJS: no task, no source, no store. */
function forecasts(memory: Memory, size: number, channels = 1): OperatorFunction<Reading, Row> {
  const model = createModel(ModelSettings.parse({ hidden: 4, horizon: 3 }), channels);
  const settings = ForecastSettings.parse({});
  return pipe(
    pipe(
      frames(memory, size),
      align(memory, AlignSettings.parse({})),
      scale(memory, channels, ScaleSettings.parse({})),
      recur(memory, model),
    ),
    forecast(memory, model, settings),
    score(memory, model, settings),
    detect(memory, model, settings),
    learn(memory, model, settings),
    rows(),
  );
}

const reading = (series: string, hour: number, value: Reading['value']): Reading => ({
  series,
  time: hour * HOUR,
  value,
});

/** Three series with a daily shape, in turns. */
function stream(n: number, channels = 1): Reading[] {
  return Array.from({ length: n }, (_, i) => {
    const wave = Math.round(1000 * Math.sin(((i % 3) + Math.floor(i / 3)) / 4)) / 100;
    const value = channels === 1 ? wave : Array.from({ length: channels }, (_v, c) => wave * (c + 1) + c);
    return reading('abc'[i % 3]!, Math.floor(i / 3), value);
  });
}

/** Rows by series: frames of other lengths cut the order between the series differently, and nothing else. */
function bySeries(readings: readonly Reading[], size: number, channels = 1): Record<string, Row[]> {
  const memory = new Memory();
  const out: Record<string, Row[]> = {};
  from(readings)
    .pipe(forecasts(memory, size, channels))
    .subscribe((row) => (out[row.series] ??= []).push(row));
  memory.release();
  return out;
}

function marbles(check: (helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0]) => void): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(check);
}

describe('an Observable of readings through the stages', () => {
  const values = {
    a: reading('s', 1, 10),
    b: reading('s', 2, 12),
    c: reading('s', 3, 11),
    x: reading('s', 2, 99),
  };
  const said = map(
    ({ series, time, value, yhat }: Row) => `${series} ${time / HOUR}: ${value.join()} -> ${yhat.join()}`,
  );
  const A = 's 1: 10 -> 10,10,10';
  const B = 's 2: 12 -> 12,12,12';
  const C = 's 3: 11 -> 11,11,11';

  test('each reading gives its forecasts at once; the end is the end', () => {
    marbles(({ cold, expectObservable }) => {
      const out = cold('a--b-c-|', values).pipe(forecasts(new Memory(), 1), said);
      expectObservable(out).toBe('A--B-C-|', { A, B, C });
    });
  });

  test('frames wait until they are full, or until the end', () => {
    marbles(({ cold, expectObservable }) => {
      const out = cold('a--b----c--|', values).pipe(forecasts(new Memory(), 2), said);
      expectObservable(out).toBe('---(AB)----(C|)', { A, B, C });
    });
  });

  test('what comes twice or late gives nothing', () => {
    marbles(({ cold, expectObservable }) => {
      const out = cold('a-b-x-a-c-|', values).pipe(forecasts(new Memory(), 1), said);
      expectObservable(out).toBe('A-B-----C-|', { A, B, C });
    });
  });

  test('an error of the source comes through, and unsubscribing reaches it', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      expectObservable(cold('a-#', values).pipe(forecasts(new Memory(), 1), said)).toBe('A-#', { A });
      const source = hot('a-b-c', values);
      expectObservable(source.pipe(forecasts(new Memory(), 1), said), '---!').toBe('A-B-', { A, B });
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  test('rows are plain objects: value, forecasts and bands of each channel', () => {
    const last = bySeries(stream(600, 2), 1, 2)['b']!.at(-1)!;
    expect(Object.keys(last)).toEqual(['series', 'time', 'value', 'yhat', 'lo', 'hi']);
    expect([last.value.length, last.yhat.length, last.lo.length, last.hi.length]).toEqual([2, 6, 6, 6]);
    expect(last.value[1]).toBeCloseTo(2 * last.value[0]! + 1, 9);
    last.yhat.forEach((yhat, i) => {
      expect(last.lo[i]).toBeLessThan(yhat);
      expect(last.hi[i]).toBeGreaterThan(yhat);
    });
  });
});

test('of channels that were not observed rows say so; chosen targets are forecast alone', () => {
  const memory = new Memory();
  const model = createModel(ModelSettings.parse({ hidden: 4, horizon: 3 }), 2);
  const settings = ForecastSettings.parse({ targets: ['1'] });
  const out: Row[] = [];
  from([reading('a', 0, [1, NaN]), reading('a', 1, [NaN, 20]), reading('a', 2, [3, NaN])])
    .pipe(
      frames(memory),
      align(memory, AlignSettings.parse({})),
      scale(memory, 2, ScaleSettings.parse({})),
      recur(memory, model),
      forecast(memory, model, settings),
      rows(),
    )
    .subscribe((row) => out.push(row));
  expect(out.map(({ value, yhat }) => [value, yhat])).toEqual([
    [
      [1, NaN],
      [NaN, NaN, NaN],
    ],
    [
      [NaN, 20],
      [20, 20, 20],
    ],
    [
      [3, NaN],
      [20, 20, 20],
    ],
  ]);
  memory.release();
});

describe('invariant 2 in plain RxJS', () => {
  test.each([2, 7, 50, 10_000])('frames of %d give the same rows as frames of 1', (size) => {
    const single = bySeries(stream(900), 1);
    expect(Object.values(single).map((group) => group.length)).toEqual([300, 300, 300]);
    expect(bySeries(stream(900), size)).toEqual(single);
  });

  test('and they have learned something by then: the bands are there, the last value is beaten', () => {
    const group = bySeries(stream(900), 50)['a']!;
    const errors = group.slice(150, -1).map((row, i) => {
      const next = group[151 + i]!.value[0]!;
      return [Math.abs(next - row.yhat[0]!), Math.abs(next - row.value[0]!)] as const;
    });
    const sum = (k: 0 | 1): number => errors.reduce((total, pair) => total + pair[k], 0);
    expect(sum(0)).toBeLessThan(sum(1) / 3);
  });
});

describe('readings that cannot be used', () => {
  const failure = (readings: readonly Reading[], memory = new Memory(), channels = 1): unknown => {
    let error: unknown;
    from(readings)
      .pipe(forecasts(memory, 1, channels))
      .subscribe({ error: (e: unknown) => (error = e) });
    return error;
  };

  test.each<[string, Reading]>([
    ['no number', reading('a', 1, NaN)],
    ['an infinite one', reading('a', 1, [Infinity])],
    ['no time', reading('a', NaN, 1)],
    ['too many', reading('a', 1, [1, 2])],
    ['none at all', reading('a', 1, [])],
  ])('%s: an error that names the series, before it reaches any state', (_, wrong) => {
    const memory = new Memory();
    expect(failure([reading('a', 0, 1), wrong], memory)).toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(
        /^Reading of a: expected a finite time and 1 finite numbers, got /,
      ) as unknown,
    });
  });

  test.each<[string, Reading['value']]>([
    ['none of several', [NaN, NaN]],
    ['an infinite one beside one that was not observed', [NaN, -Infinity]],
    ['too few', [NaN]],
  ])('%s', (_, value) => {
    expect(failure([reading('a', 0, [NaN, 1]), reading('a', 1, value)], new Memory(), 2)).toMatchObject({
      name: 'TypeError',
    });
  });

  test('a series for which there is no room', () => {
    const probe = new Memory();
    forecasts(probe, 1)(new Observable());
    const memory = new Memory({ maxStateBytes: probe.bytesPerPartition + 2 * probe.bytesPerSeries });
    expect(failure(stream(2), memory)).toBeUndefined();
    expect(failure([reading('c', 9, 1)], memory)).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
  });
});

test('subscribing again goes on with the state that lies in Memory', () => {
  const memory = new Memory();
  const through = forecasts(memory, 1);
  const first = new Subject<Reading>();
  first.pipe(through).subscribe();
  for (const each of stream(300)) first.next(each);
  const rest = stream(600).slice(300);
  const out: Row[] = [];
  from(rest)
    .pipe(through, toArray())
    .subscribe((all) => out.push(...all));
  expect(out.filter(({ series }) => series === 'b')).toEqual(bySeries(stream(600), 1)['b']!.slice(100));
});
