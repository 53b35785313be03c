import { from } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { align, AlignSettings } from '../../src/align/align.ts';
import { decode } from '../../src/decode/decode.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';
import { Memory } from '../../src/memory/memory.ts';
import { scale } from '../../src/scale/scale.ts';
import type { Batch, SourceRecord } from '../../src/source/source.ts';
import { topology } from '../../src/stage.ts';
import { Collector } from '../../src/train/collector.ts';
import type { History } from '../../src/train/history.ts';
import { messyStream } from '../checks/stream.ts';
import { record } from '../checks/topology.ts';
import { quickSettings } from './settings.ts';

const decoder = decoderFor(DecodeSettings.parse({ format: 'json', series: 's', time: 't', values: ['v'] }));
const settings = quickSettings('x.csv');

function batches(partition: number, records: readonly SourceRecord[], size: number): Batch[] {
  return Array.from({ length: Math.ceil(records.length / size) }, (_, i) => {
    const part = records.slice(i * size, (i + 1) * size);
    return { partition, records: part, next: part.at(-1)!.offset + 1 };
  });
}

async function collect(
  all: readonly Batch[],
  collector = new Collector(decoder, settings, 'plain'),
): Promise<History[]> {
  for (const partition of new Set(all.map((batch) => batch.partition))) await collector.open(partition);
  for (const batch of all) await collector.handle(batch);
  return collector.take();
}

const shape = (histories: readonly History[]): unknown =>
  histories.map(({ name, partition, begins, inputs, length }) => ({
    name,
    partition,
    begins,
    length,
    inputs,
  }));

const messy = messyStream(5, 1500);

// Seen to fail where a late reading is taken in: the rows after it would stand twice.
test('leaves late readings out, with a grace too', async () => {
  const readings = [1, 2, 4, 3, 5].map((t, offset) => record(offset, { s: 'a', t: t * 60_000, v: t }));
  const inGrace = AlignSettings.parse({ every: '1m', grace: '10m' });
  const [history] = await collect(
    batches(0, readings, 2),
    new Collector(decoder, { ...settings, align: inGrace }, 'plain'),
  );
  expect(Array.from({ length: history!.length }, (_, i) => history!.index(i))).toEqual([1, 2, 4, 5]);
});

test('keeps what the live stages give, row by row, whatever the batches', async () => {
  const memory = new Memory();
  const expected = new Map<string, number[]>();
  from(batches(0, messy, 100))
    .pipe(topology(decode(memory, decoder), align(memory, settings.align), scale(memory, 1, settings.scale)))
    .subscribe(({ name, z, index }) => {
      name.forEach((series, i) => expected.set(series, [...(expected.get(series) ?? []), index[i]!, z[i]!]));
    });
  const histories = await collect(batches(0, messy, 37));
  const got = histories.map((history): [string, number[]] => [
    history.name,
    Array.from({ length: history.length }, (_, i) => [history.index(i), history.inputs[i * 3]!]).flat(),
  ]);
  expect(new Map(got)).toEqual(expected);
  expect(histories.map(({ name }) => name)).toEqual(['series-0', 'series-1', 'series-2', 'series-3']);
  expect(histories.some(({ begins }) => begins.length > 1)).toBe(true);
});

test('the order in which partitions come leaves no trace', async () => {
  const [a, b] = [batches(0, messy, 100), batches(1, messyStream(6, 1000), 100)];
  const turns = a.flatMap((batch, i) => (b[i] ? [b[i], batch] : [batch]));
  expect(shape(await collect(turns))).toEqual(shape(await collect([...a, ...b])));
});

test('a partition that is lost and opened again is taken from its beginning', async () => {
  const collector = new Collector(decoder, settings, 'plain');
  await collector.open(0);
  await collector.handle(batches(0, messy, 500)[0]!);
  await collector.lose(0);
  expect(collector.readings).toBe(0);
  expect(shape(await collect(batches(0, messy, 100), collector))).toEqual(
    shape(await collect(batches(0, messy, 100))),
  );
});

test('missing steps that the cell goes through are kept too, and count as room, not as readings', async () => {
  const masked = quickSettings('x.csv', 'align.gaps=mask');
  const collector = new Collector(decoder, masked, 'gaps');
  await collector.open(0);
  for (const batch of batches(0, messy, 100)) await collector.handle(batch);
  const { used } = collector.account();
  expect(collector.readings).toBe(used);
  const histories = collector.take();
  const steps = histories.reduce((sum, { length }) => sum + length, 0);
  expect(steps).toBeGreaterThan(used + 50);
  for (const { inputs, inputWidth, length } of histories) {
    expect([inputWidth, inputs.length]).toEqual([5, 5 * length]);
  }
  const few = { ...masked, train: { ...masked.train, maxReadings: steps - 1 } };
  await expect(collect(batches(0, messy, 100), new Collector(decoder, few, 'gaps'))).rejects.toThrow(
    'more readings than may be taken',
  );
  const enough = { ...masked, train: { ...masked.train, maxReadings: steps } };
  expect(await collect(batches(0, messy, 100), new Collector(decoder, enough, 'gaps'))).toHaveLength(4);
});

test('a series of which no interval has come to its end is none yet', async () => {
  const onGrid = quickSettings('x.csv', 'align={every: 1h, aggregate: mean}');
  const at = (s: string, hours: number): string => JSON.stringify({ s, t: hours * 3_600_000, v: hours });
  const records = [at('lonely', 0), ...Array.from({ length: 5 }, (_, hour) => at('busy', hour))];
  const all = batches(
    0,
    records.map((text, offset) => ({ offset, key: null, value: Buffer.from(text) })),
    2,
  );
  const histories = await collect(all, new Collector(decoder, onGrid, 'plain'));
  expect(histories.map(({ name, length }) => [name, length])).toEqual([['busy', 4]]);
  const lost = new Collector(decoder, onGrid, 'plain');
  await lost.open(0);
  for (const batch of all) await lost.handle(batch);
  await lost.lose(0);
  expect(lost.readings).toBe(0);
});

describe('what cannot be used', () => {
  test('is counted, with the reason of the first', async () => {
    const collector = new Collector(decoder, settings, 'plain');
    await collector.open(0);
    for (const batch of batches(0, messy, 100)) await collector.handle(batch);
    const { records, decoded, dead, readings, used, duplicate, late } = collector.account();
    expect(records).toBe(messy.length);
    expect([decoded + dead, used + duplicate + late]).toEqual([records, readings]);
    expect(Math.min(dead, duplicate, late)).toBeGreaterThan(0);
    expect(collector.firstDead).toMatch(/^[a-z]+: .*expected/);
    expect(collector.readings).toBe(used);
  });

  test('more readings than are allowed end it', async () => {
    const small = { ...settings, train: { ...settings.train, maxReadings: 99 } };
    await expect(
      collect(batches(0, messy, 10), new Collector(decoder, small, 'plain')),
    ).rejects.toMatchObject({
      code: 'TRAINING_DATA',
      facts: { expected: 'at most 99', where: 'train.maxReadings' },
    });
  });
});
