import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentHistory } from '../../src/serve/recent.ts';
import { SeriesIndex, type SeriesQuery } from '../../src/serve/series-index.ts';
import { anomalies, events, readings } from './points.ts';

const ALL: SeriesQuery = { q: '', sort: 'attention', offset: 0, limit: 500 };

function indexOf(errors: Readonly<Record<string, number>> = {}, alerted: readonly string[] = []) {
  const history = new RecentHistory({ points: 10, series: 10 });
  const index = new SeriesIndex({
    history,
    errors: () => (series) => errors[series] ?? NaN,
    alerted: () => new Set(alerted),
  });
  const names = async (query: Partial<SeriesQuery> = {}): Promise<string[]> =>
    (await index.list({ ...ALL, ...query })).series.map(({ summary }) => summary.name);
  return { history, index, names };
}

test('what needs attention first: odd, silent, poorly forecast, and then by anomalies and name', async () => {
  const { history, index, names } = indexOf({ worse: 1.2, worst: 3, good: 0.5 }, ['alerted']);
  const all = ['z2', 'z10', 'good', 'worst', 'worse', 'alerted', 'silent', 'odd'];
  for (let t = 1; t <= 30; t++)
    history.add([
      readings(
        ...all
          .filter((name) => t < 20 || name !== 'silent')
          .map((name): [string, number, number] => [name, t, 1]),
      ),
    ]);
  history.add([anomalies(['z10', 5, 1, 9, 0, 0, 0], ['odd', 2, 1, 9, 0, 0, 0])]);
  history.add([anomalies(['odd', 30, 1, 9, 0, 0, 0])]);
  expect(await names()).toEqual(['odd', 'alerted', 'silent', 'worst', 'worse', 'z10', 'good', 'z2']);
  expect(await names({ sort: 'error' })).toEqual([
    'worst',
    'worse',
    'good',
    'alerted',
    'odd',
    'silent',
    'z2',
    'z10',
  ]);
  expect((await names({ sort: 'silence' }))[0]).toBe('silent');
  expect(await names({ sort: 'name' })).toEqual([
    'alerted',
    'good',
    'odd',
    'silent',
    'worse',
    'worst',
    'z2',
    'z10',
  ]);
  expect(await names({ standing: 'worse' })).toEqual(['worst', 'worse']);
  expect(await names({ q: 'WOR st' })).toEqual(['worst']);
  expect(await names({ sort: 'name', offset: 2, limit: 2 })).toEqual(['odd', 'silent']);
  expect(await names({ offset: 99 })).toEqual([]);
  expect(await index.list(ALL)).toMatchObject({
    total: 8,
    matching: 8,
    withAnomalies: 2,
    anomalies: 3,
    standings: { anomalous: 2, silent: 1, worse: 2, fine: 3 },
    series: [
      { standing: 'anomalous', error: null, tail: Array.from({ length: 10 }, () => 1) },
      {},
      {},
      { error: 3 },
      {},
      {},
      {},
      {},
    ],
  });
});

test('a name keeps its values when others come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(fc.stringMatching(/^[ab]{1,2}[1-9]\d{0,2}$/), { maxLength: 8 }), {
        maxLength: 5,
      }),
      async (rounds) => {
        const { history, index } = indexOf();
        const known = new Map<string, number>();
        for (const [t, names] of rounds.entries()) {
          history.add([readings(...names.map((name): [string, number, number] => [name, t, t]))]);
          for (const name of names) known.set(name, t);
          const { series } = await index.list({ ...ALL, sort: 'name' });
          expect(new Map(series.map(({ summary }) => [summary.name, summary.lastValue]))).toEqual(known);
          const sorted = [...known.keys()].toSorted(new Intl.Collator('en', { numeric: true }).compare);
          expect(series.map(({ summary }) => summary.name)).toEqual(sorted);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('series that are given up leave the list, and each name keeps what is its own', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          come: fc.uniqueArray(fc.stringMatching(/^[ab][1-9]$/), { maxLength: 6 }),
          leave: fc.uniqueArray(fc.stringMatching(/^[ab][1-9]$/), { maxLength: 6 }),
        }),
        { maxLength: 6 },
      ),
      async (rounds) => {
        const { history, index } = indexOf();
        const known = new Map<string, number>();
        for (const [t, { come, leave }] of rounds.entries()) {
          history.add([readings(...come.map((name): [string, number, number] => [name, t, t]))]);
          for (const name of come) known.set(name, t);
          history.add([
            events(
              'evicted',
              '00',
              ...leave.map((name): [string, number, number, number] => [name, t, t, t]),
            ),
          ]);
          for (const name of leave) known.delete(name);
          const { series, total } = await index.list({ ...ALL, sort: 'name' });
          expect(new Map(series.map(({ summary }) => [summary.name, summary.lastValue]))).toEqual(known);
          expect(total).toBe(known.size);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('what leaves while an answer is a little old is left out of it', async () => {
  const { history, index } = indexOf();
  const names = Array.from({ length: 3000 }, (_, i) => `s${i}`);
  history.add([readings(...names.map((name): [string, number, number] => [name, 1, 1]))]);
  expect((await index.list({ ...ALL, sort: 'name' })).series[1]?.summary.name).toBe('s1');
  history.add([events('evicted', '00', ['s1', 9, 1, 5])]);
  expect(
    (await index.list({ ...ALL, sort: 'name', limit: 3 })).series.map(({ summary }) => summary.name),
  ).toEqual(['s0', 's2']);
});

test('of many series the order is made in pieces, and an answer is at once what it was a little ago', async () => {
  const { history, index } = indexOf();
  const name = (i: number): string => `s${i}`;
  const add = (from: number, to: number): void =>
    history.add([
      readings(
        ...Array.from({ length: to - from }, (_, i): [string, number, number] => [name(from + i), 1, i]),
      ),
    ]);
  add(0, 30_000);
  const first = index.list({ ...ALL, sort: 'name' });
  add(30_000, 30_001); // while it is under way
  expect((await first).total).toBe(30_000);
  expect((await first).series[499]?.summary.name).toBe('s499');
  const { matching, series } = await index.list({ ...ALL, sort: 'name', q: '2999' });
  expect(matching).toBe(13);
  expect(series.map(({ summary }) => summary.name)).toEqual([
    's2999',
    's12999',
    's22999',
    ...Array.from({ length: 10 }, (_, i) => `s2999${i}`),
  ]);
});
