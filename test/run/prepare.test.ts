import { symlinkSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { Readings } from '../../src/decode/readings.ts';
import { silentLog } from '../../src/log.ts';
import { mustNotReadOwnStore, prepare, timeReader } from '../../src/run/prepare.ts';
import type { SourceHandler, SourceRecord } from '../../src/source/source.ts';
import { parquetBytes } from '../source/parquet-file.ts';
import { recordings } from '../source/recording.ts';

const write = recordings();

const csv = { format: 'csv', seriesName: 'x', time: 't', values: ['v'] };
function settingsOf(input: object, more: object = {}) {
  return loadSettings(liveForecast.settings, { defaults: { input: { kind: 'file', ...input }, ...more } });
}
const prepared = (input: object, more: object = {}) => prepare(settingsOf(input, more), silentLog);

async function first(source: Awaited<ReturnType<typeof prepared>>['source']) {
  const stop = new AbortController();
  const seen: [number, SourceRecord][] = [];
  const handler: SourceHandler = {
    open: async () => null,
    lose: async () => undefined,
    async handle({ partition, records }) {
      seen.push([partition, records[0]!]);
      stop.abort();
    },
  };
  await source.run(handler, stop.signal);
  return seen;
}

describe('what a run is put together from', () => {
  test('files and a store, unless something else is said', async () => {
    const { source, sink, deadLetters, decoder, model } = await prepared({ paths: [write('{}')] });
    expect(source.name).toMatch(/^file /);
    expect([sink, deadLetters]).toEqual([undefined, undefined]);
    expect([decoder.channels, model.channels]).toEqual([[''], 1]);
  });

  test('a model of as many channels as the decoder gives', async () => {
    const decode = { format: 'json', values: ['a', 'b', 'c'], channels: true };
    expect((await prepared({ paths: ['not-read'], decode })).model.channels).toBe(3);
  });

  test.each(['avro', 'protobuf', 'json-schema'])(
    'no %s from files: there is nothing to split them by',
    async (format) => {
      await expect(prepared({ paths: ['not-read'], decode: { format } })).rejects.toMatchObject({
        code: 'SETTINGS_INVALID',
        message: expect.stringContaining('expected input.kind: kafka, got input.kind: file') as string,
      });
    },
  );

  test('a decoder that joins series, and a model of as many channels, where align says so', async () => {
    const join = { channels: ['load', 'flow'], known: ['price'] };
    const { decoder, model } = await prepared({ paths: ['not-read'] }, { align: { every: '1m', join } });
    expect([decoder.channels, model.channels]).toEqual([['load', 'flow', 'price'], 3]);
  });

  test('Kafka, InfluxDB and a topic for dead letters, none of which is reached yet', async () => {
    const { source, sink, deadLetters } = await prepared(
      { kind: 'kafka', brokers: ['localhost:1'], topic: 'readings' },
      { output: { kind: 'influxdb', org: 'o', bucket: 'b' }, deadLetters: { kind: 'kafka', topic: 'dead' } },
    );
    expect(source.name).toContain('readings');
    expect(sink!.name).toContain('influxdb');
    expect(deadLetters).toBeDefined();
    await sink!.close();
    await deadLetters!.close();
  });

  test('the file of an earlier run, a range of InfluxDB, with a decoder that fits, and neither is reached yet', async () => {
    const bytes = Buffer.from('{"series":"boiler-7","time":1000,"value":21.5}');
    for (const [input, name] of [
      [{ kind: 'sqlite', path: 'not-read.db' }, 'sqlite not-read.db'],
      [{ kind: 'influxdb', org: 'o', bucket: 'b', from: 0 }, 'influxdb http://127.0.0.1:8086 bucket b'],
    ] as const) {
      const { source, decoder } = await prepared(input);
      expect(source.name).toBe(name);
      const out = new Readings(1);
      expect(decoder.decode({ offset: 0, key: null, value: bytes }, out)).toBeUndefined();
      expect([out.series, out.time, out.value]).toEqual([['boiler-7'], [1000], [21.5]]);
    }
  });

  test('a run does not read the file that it writes to, by whatever name', () => {
    const path = write('', 'run.db');
    const link = `${path}-link`;
    symlinkSync(path, link);
    const { input } = settingsOf({ kind: 'sqlite', path });
    const at = (file: string) => ({ kind: 'sqlite', path: file }) as const;
    for (const own of [path, relative(process.cwd(), path), link]) {
      expect(() => mustNotReadOwnStore({ input }, at(own))).toThrow(
        expect.objectContaining({ code: 'SETTINGS_INVALID' }),
      );
    }
    mustNotReadOwnStore({ input }, at(`${path}-other`));
    mustNotReadOwnStore(settingsOf({ paths: [path] }), at(path));
  });

  test('outputs that nobody wants', async () => {
    const { sink } = await prepared({ paths: ['not-read'] }, { output: { kind: 'none' } });
    expect(sink!.name).toBe('nothing');
  });

  test('a topic for dead letters needs a Kafka input', async () => {
    await expect(
      prepared({ paths: ['not-read'] }, { deadLetters: { kind: 'kafka', topic: 'dead' } }),
    ).rejects.toMatchObject({ code: 'SETTINGS_INVALID', facts: { where: 'deadLetters.kind' } });
  });
});

describe('tables', () => {
  test('the header tells the columns', async () => {
    const { decoder, source } = await prepared({ paths: [write('u,t,v\n1,2000,5\n')], decode: csv });
    const [[, record]] = (await first(source)) as [[number, SourceRecord]];
    const out = new Readings(1);
    expect(decoder.decode(record, out)).toBeUndefined();
    expect([out.series, out.time, out.value]).toEqual([['x'], [2000], [5]]);
  });

  test('rows of Parquet are decoded by the names of their columns; a dead letter has a JSON of them', async () => {
    const columnData = [
      { name: 't', data: [new Date(2000)] },
      { name: 'note', data: ['?'] },
      { name: 'v', data: [5.5] },
      { name: 'w', data: [6] },
    ];
    const paths = [write(parquetBytes({ columnData }))];
    const parquet = { format: 'parquet', seriesName: 'x', time: 't' };
    const { decoder, source } = await prepared({ paths, decode: parquet });
    const [[, record]] = (await first(source)) as [[number, SourceRecord]];
    expect(String(record.value)).toBe('{"t":2000,"v":5.5,"w":6}');
    const out = new Readings(1);
    expect(decoder.decode(record, out)).toBeUndefined();
    expect([out.series, out.time, out.value]).toEqual([
      ['x.v', 'x.w'],
      [2000, 2000],
      [5.5, 6],
    ]);
    await expect(
      prepared({ kind: 'kafka', brokers: ['b:1'], topic: 't', decode: parquet }),
    ).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      facts: { where: 'input.decode.format' },
    });
  });

  test('the delimiter of the settings splits header and rows', async () => {
    const path = write('t;v\n1000;2,5\n', 'semicolons.txt');
    const { source } = await prepared({ paths: [path], decode: { ...csv, delimiter: ';' } });
    expect((await first(source))[0]![1].cells).toEqual(['1000', '2,5']);
  });

  test('columns that the settings tell: the first row is a reading', async () => {
    const path = write('1000,5\n2000,6\n');
    const { source } = await prepared({ paths: [path], decode: { ...csv, columns: ['t', 'v'] } });
    expect((await first(source))[0]![1]).toMatchObject({ offset: 0, cells: ['1000', '5'] });
  });

  test('a column that is not there is told before anything runs', async () => {
    await expect(prepared({ paths: [write('a,b\n')], decode: csv })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining('one of a, b') as unknown,
    });
  });

  test('files of different columns cannot go together', async () => {
    const other = write('t,w\n');
    await expect(
      prepared({ paths: [write('t,v\n'), write('t,v\n'), other], decode: csv }),
    ).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { where: `${other}:1`, expected: 't,v', got: 't,w' },
    });
  });

  test('an empty file, and one that is not there', async () => {
    await expect(prepared({ paths: [write('')], decode: csv })).rejects.toMatchObject({
      code: 'FILE_FORMAT',
    });
    await expect(prepared({ paths: ['no/such.csv'], decode: csv })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
  });
});

test('the event time of a record is that of its first reading; of one that cannot be read, none', async () => {
  const { decoder } = await prepared({ paths: [write('')] });
  const timeOf = timeReader(decoder);
  const record = (text: string) => ({ offset: 0, key: null, value: Buffer.from(text) });
  expect(timeOf(record('{"sensor":"b","time":"2026-01-01","value":1}'))).toBe(Date.UTC(2026, 0, 1));
  expect(timeOf(record('no JSON'))).toBeUndefined();
});
