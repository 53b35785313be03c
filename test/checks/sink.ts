import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Points } from '../../src/sink/points.ts';
import type { Sink } from '../../src/sink/sink.ts';

/** A point as it was read back from where a sink put it. */
export interface StoredPoint {
  readonly measurement: string;
  readonly series: string;
  /** All others than `series`. */
  readonly tags: Readonly<Record<string, string>>;
  /** ms */
  readonly time: number;
  readonly fields: Readonly<Record<string, number | string | boolean>>;
}

/** What every series and label of a sink must survive. */
const HOSTILE = String.raw`a,b=c d\e"f'g/h.i#j{k}$l%m é温😀`;
const T = 1_700_000_000_000;

/**
 * The battery that every sink passes.
 *
 * @param makeSink a new sink to the same place; it may be called several times
 * @param readBack all points of some series as they are stored; left out for a sink that keeps nothing
 */
export function checkSink(
  name: string,
  makeSink: () => Sink | Promise<Sink>,
  readBack?: (series: readonly string[]) => Promise<readonly StoredPoint[]>,
): void {
  describe(`${name} is a sink`, () => {
    const never = new AbortController().signal;

    /** Writes with a new sink, which must take every point. */
    async function write(points: readonly Points[]): Promise<void> {
      const sink = await makeSink();
      expect(await sink.write(points, never)).toEqual([]);
      await sink.close();
    }

    test('says what it is and what it found', async () => {
      const sink = await makeSink();
      expect(sink.name).toMatch(/\S/);
      const found = await sink.check();
      expect(found.length).toBeGreaterThan(0);
      expect(found.join('')).not.toMatch(/\n/);
      await sink.close();
    });

    test('takes nothing: no points, points without rows, rows without a number', async () => {
      const series = randomUUID();
      await write([]);
      await write([readings([])]);
      await write([readings([[series, T, NaN]])]);
      expect(await readBack?.([series])).toEqual(readBack && []);
    });

    test('leaves what it is given as it was', async () => {
      const points = [forecasts(randomUUID())];
      const before = structuredClone(points);
      await write(points);
      expect(points).toEqual(before);
    });

    test('writes nothing once the run has been stopped, and says why', async () => {
      const sink = await makeSink();
      const series = randomUUID();
      const reason = new Error('stopped by the test');
      await expect(sink.write([readings([[series, T, 1]])], AbortSignal.abort(reason))).rejects.toBe(reason);
      await sink.close();
      expect(await readBack?.([series])).toEqual(readBack && []);
    });

    if (readBack === undefined) return;

    test('keeps every value of every measurement, to the last bit and to the microsecond', async () => {
      const series = `${HOSTILE} ${randomUUID()}`;
      await write([
        readings([
          [series, T, 0.1 + 0.2],
          [series, T + 0.001, -5e-324],
          [series, T + 0.002, 1.7976931348623157e308],
        ]),
        forecasts(series),
        anomalies(series),
      ]);
      expect(sorted(await readBack([series]))).toEqual([
        { measurement: 'anomaly', series, tags: {}, time: T, fields: { score: 4.25, state: HOSTILE } },
        { ...forecast(series), time: T + 60_000, fields: { yhat: 1.5, lo: -1, fingerprint: 'f00' } },
        { ...forecast(series), time: T + 120_000, fields: { hi: 3, fingerprint: 'f00' } },
        { measurement: 'reading', series, tags: {}, time: T, fields: { value: 0.1 + 0.2 } },
        { measurement: 'reading', series, tags: {}, time: T + 0.001, fields: { value: -5e-324 } },
        {
          measurement: 'reading',
          series,
          tags: {},
          time: T + 0.002,
          fields: { value: 1.7976931348623157e308 },
        },
      ]);
    });

    test('writing the same again changes nothing, from the same sink or another', async () => {
      const series = randomUUID();
      const points = [
        readings([
          [series, T, 1],
          [series, T + 1, 2],
        ]),
        forecasts(series),
        anomalies(series),
      ];
      await write(points);
      const once = sorted(await readBack([series]));
      expect(once).toHaveLength(5);
      const sink = await makeSink();
      await sink.write(points, never);
      await sink.write(points, never);
      await sink.close();
      await write(points.toReversed());
      expect(sorted(await readBack([series]))).toEqual(once);
    });

    test('the order of rows and points does not matter', async () => {
      const [a, b] = [randomUUID(), randomUUID()];
      const rows = Array.from(
        { length: 500 },
        (_, i) => [i % 2 ? a : b, T + ((i * 7919) % 500), i / 3] as const,
      );
      await write([
        readings(rows.slice(0, 300)),
        readings(rows.slice(300).toReversed()),
        readings(rows.slice(100, 200)),
      ]);
      expect(sorted(await readBack([a, b]))).toEqual(
        sorted(
          rows.map(([series, time, value]) => ({
            measurement: 'reading',
            series,
            tags: {},
            time,
            fields: { value },
          })),
        ),
      );
    });

    test('two writes at once do not disturb each other', async () => {
      const series = Array.from({ length: 4 }, () => randomUUID());
      const sink = await makeSink();
      const written = await Promise.all(
        series.map((one) =>
          sink.write(
            [
              readings([
                [one, T, 1],
                [one, T + 1, 2],
              ]),
            ],
            never,
          ),
        ),
      );
      await sink.close();
      expect(written.flat()).toEqual([]);
      expect(await readBack(series)).toHaveLength(8);
    });
  });
}

function readings(rows: readonly (readonly [string, number, number])[]): Points {
  return {
    measurement: 'reading',
    length: rows.length,
    series: rows.map(([series]) => series),
    time: Float64Array.from(rows, ([, time]) => time),
    tags: {},
    fields: { value: Float64Array.from(rows, ([, , value]) => value) },
    offset: Float64Array.from(rows, (_, i) => i),
  };
}

/** Three rows, of which the last has no number. */
function forecasts(series: string): Points {
  return {
    ...readings([
      [series, T + 60_000, 0],
      [series, T + 120_000, 0],
      [series, T + 180_000, 0],
    ]),
    measurement: 'forecast',
    tags: { model: HOSTILE, h: '06' },
    fields: {
      yhat: Float64Array.of(1.5, NaN, NaN),
      lo: Float64Array.of(-1, NaN, NaN),
      hi: Float64Array.of(NaN, 3, NaN),
    },
    labels: { fingerprint: 'f00' },
  };
}

function forecast(series: string): Pick<StoredPoint, 'measurement' | 'series' | 'tags'> {
  return { measurement: 'forecast', series, tags: { model: HOSTILE, h: '06' } };
}

function anomalies(series: string): Points {
  return {
    ...readings([[series, T, 0]]),
    measurement: 'anomaly',
    fields: { score: Float64Array.of(4.25) },
    labels: { state: HOSTILE },
  };
}

function sorted(points: readonly StoredPoint[]): StoredPoint[] {
  const key = ({ measurement, series }: StoredPoint): string => `${measurement} ${series}`;
  return points.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.time - b.time));
}
