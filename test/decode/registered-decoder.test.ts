import avro from 'avsc';
import * as fc from 'fast-check';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decoderFor } from '../../src/decode/decoders.ts';
import { Readings, seriesFault, timeFault } from '../../src/decode/readings.ts';
import { DecodeSettings } from '../../src/decode/settings.ts';
import { record, refusal } from './decoded.ts';
import { decodedBy } from './of-schema.ts';
import { framed, RegistryStub } from './registry-stub.ts';
import { zigzag } from './zigzag.ts';

const T = 1_700_000_000_000;
const reading = {
  type: 'record',
  name: 'Reading',
  fields: [
    { name: 'meta', type: { type: 'record', name: 'Meta', fields: [{ name: 'id', type: 'long' }] } },
    { name: 'time', type: { type: 'long', logicalType: 'timestamp-micros' } },
    { name: 'temperature', type: ['null', 'double'] },
    { name: 'pressure', type: ['null', 'double'] },
  ],
} as const;
const plain = {
  type: 'record',
  name: 'Plain',
  fields: [
    { name: 'sensor', type: 'string' },
    { name: 'time', type: 'long' },
    { name: 'value', type: 'long' },
    { name: 'at', type: { type: 'int', logicalType: 'date' } },
  ],
};
const proto = `syntax = "proto3"; import "google/protobuf/timestamp.proto";
  message Reading { string sensor = 1; google.protobuf.Timestamp time = 2; double value = 3; optional double other = 4; int64 ns = 5; }`;
const json = {
  type: 'object',
  properties: {
    sensor: { type: 'string' },
    time: { type: 'integer' },
    value: { type: 'number', maximum: 100 },
  },
  required: ['sensor', 'time', 'value'],
};

let stub: RegistryStub;
beforeAll(async () => {
  stub = await RegistryStub.start();
  stub.ids.set(1, { schema: JSON.stringify(reading) });
  stub.ids.set(2, { schema: proto, schemaType: 'PROTOBUF' });
  stub.ids.set(3, { schema: JSON.stringify(json), schemaType: 'JSON' });
  stub.ids.set(4, { schema: JSON.stringify(plain) });
  stub.ids.set(5, {
    schema: JSON.stringify({ type: 'array', items: { type: 'map', values: ['string', 'double', 'long'] } }),
  });
});
afterAll(() => stub.stop());

const avroBytes = (temperature: number | null, pressure: number | null = null): Uint8Array =>
  framed(
    1,
    avro.Type.forSchema(reading as unknown as avro.Schema).toBuffer({
      meta: { id: 7 },
      time: T * 1000,
      temperature,
      pressure,
    }),
  );
const plainBytes = (time: bigint, value: bigint): Uint8Array =>
  framed(
    4,
    Buffer.concat([
      Buffer.from('0473', 'hex'),
      Buffer.from('37', 'hex'),
      zigzag(time),
      zigzag(value),
      Buffer.of(2),
    ]),
  );
const protoBytes = (message: object): Uint8Array => {
  const { root } = protobuf.parse(proto, { keepCase: true });
  root.addJSON(protobuf.common.get('google/protobuf/timestamp.proto')!.nested!);
  const type = root.lookupType('Reading');
  return framed(2, Buffer.concat([Buffer.of(0), type.encode(type.fromObject(message)).finish()]));
};
const jsonBytes = (value: unknown): Uint8Array =>
  framed(3, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

const AVRO = { format: 'avro', series: 'meta.id', values: ['temperature', 'pressure'] };
const PROTOBUF = { format: 'protobuf', values: ['value'] };
const JSON_SCHEMA = { format: 'json-schema', values: ['value'] };

describe('avro', () => {
  test('several values, of nullable unions, at a timestamp, of a nested key', async () => {
    expect(await decodedBy(stub, AVRO, [avroBytes(21.5, 3), avroBytes(null, 4), avroBytes(null)])).toEqual([
      [
        ['7.temperature', T, 21.5],
        ['7.pressure', T, 3],
      ],
      [['7.pressure', T, 4]],
      refusalOf('missing'),
    ]);
  });

  test('channels', async () => {
    expect(await decodedBy(stub, { ...AVRO, channels: true }, [avroBytes(21.5)])).toEqual([
      [['7', T, 21.5, NaN]],
    ]);
  });

  test('a time in nanoseconds has all of its digits; * takes numbers, and no timestamps', async () => {
    const bytes = plainBytes(1_700_000_000_123_456_789n, 2n ** 60n);
    expect(await decodedBy(stub, { format: 'avro', timeUnit: 'ns' }, [bytes])).toEqual([
      [['s7.value', T + 123.456, 2 ** 60]],
    ]);
    expect(await decodedBy(stub, { format: 'avro', timeUnit: 'us' }, [bytes])).toEqual([
      refusalOf('invalid', 'between the years'),
    ]);
  });

  test('a timestamp of the schema wants auto', async () => {
    expect(await decodedBy(stub, { ...AVRO, timeUnit: 'us' }, [avroBytes(1)])).toEqual([
      refusalOf('invalid', 'timeUnit: auto'),
    ]);
  });

  test('an array of maps is several records', async () => {
    const type = avro.Type.forSchema({
      type: 'array',
      items: { type: 'map', values: ['string', 'double', 'long'] },
    });
    const maps = [1, 2].map((value) => ({
      sensor: { string: 's' },
      time: { long: value },
      value: { double: value },
    }));
    const wrapped = avro.Type.forSchema(type.schema(), { wrapUnions: true });
    expect(
      await decodedBy(stub, { format: 'avro', values: ['value'] }, [framed(5, wrapped.toBuffer(maps))]),
    ).toEqual([
      [
        ['s', 1, 1],
        ['s', 2, 2],
      ],
    ]);
  });
});

test('a series that has a name of its own', async () => {
  const settings = { ...AVRO, seriesName: 'plant', values: ['temperature'] };
  expect(await decodedBy(stub, settings, [avroBytes(21.5)])).toEqual([[['plant', T, 21.5]]]);
});

test('protobuf: a timestamp, zeros, and what is absent', async () => {
  const time = { seconds: T / 1000, nanos: 5_000_000 };
  expect(await decodedBy(stub, PROTOBUF, [protoBytes({ sensor: 's', time, value: 0 })])).toEqual([
    [['s', T + 5, 0]],
  ]);
  expect(
    await decodedBy(stub, { format: 'protobuf', values: ['other'] }, [protoBytes({ sensor: 's', time })]),
  ).toEqual([refusalOf('missing', 'other')]);
  expect(await decodedBy(stub, PROTOBUF, [protoBytes({ sensor: 's' })])).toEqual([
    refusalOf('missing', 'time'),
  ]);
  const ns = { sensor: 's', ns: '1700000000123456789', value: 1 };
  expect(await decodedBy(stub, { ...PROTOBUF, time: 'ns', timeUnit: 'ns' }, [protoBytes(ns)])).toEqual([
    [['s', T + 123.456, 1]],
  ]);
});

test('json-schema: what fits is read, what does not says where', async () => {
  const one = { sensor: 's', time: T, value: 1 };
  expect(await decodedBy(stub, JSON_SCHEMA, [jsonBytes(one), jsonBytes({ ...one, value: 101 })])).toEqual([
    [['s', T, 1]],
    {
      reason: 'invalid',
      detail: '"/value": expected what the schema says, got what it says of: must be <= 100',
    },
  ]);
  const exact = '{"sensor":"s","time":1700000000123456789,"value":1}';
  expect(await decodedBy(stub, { ...JSON_SCHEMA, timeUnit: 'ns' }, [jsonBytes(exact)])).toEqual([
    [['s', T + 123.456, 1]],
  ]);
});

test('a schema of another format, an id that nobody knows, and bytes that name none', async () => {
  const bytes = [protoBytes({ sensor: 's' }), framed(99, Buffer.of(0)), Buffer.from('{}'), null];
  expect(await decodedBy(stub, AVRO, bytes)).toEqual([
    refusalOf('invalid', 'schema 2: expected one of AVRO, got PROTOBUF'),
    refusalOf('invalid', 'got id 99'),
    refusalOf('malformed'),
    refusalOf('missing'),
  ]);
});

describe.each([
  ['avro', AVRO, () => [avroBytes(1, 2), avroBytes(null, 2)]],
  ['avro, channels', { ...AVRO, channels: true }, () => [avroBytes(1, 2), avroBytes(null, 2)]],
  ['protobuf', PROTOBUF, () => [protoBytes({ sensor: 's', time: { seconds: 5 }, value: 1 })]],
  ['json-schema', JSON_SCHEMA, () => [jsonBytes({ sensor: 's', time: T, value: 1 })]],
])('%s', (_, settings, samplesOf) => {
  test('whatever the bytes: at least one sound reading, or a refusal that says why; never a throw', async () => {
    const decoder = decoderFor(DecodeSettings.parse({ ...settings, registry: { url: stub.url } }));
    const samples = samplesOf();
    await decoder.prepare!(
      samples.map((bytes) => record(bytes)),
      new AbortController().signal,
    );
    const change = fc.tuple(fc.nat(100), fc.nat(2), fc.uint8Array({ maxLength: 4 }));
    const mutated = fc
      .tuple(fc.constantFrom(...samples), fc.array(change, { maxLength: 3 }))
      .map(([sample, changes]) =>
        Uint8Array.from(
          changes.reduce(
            (bytes, [at, cut, put]) => bytes.toSpliced(at % bytes.length, cut, ...put),
            [...sample],
          ),
        ),
      );
    let [used, refused] = [0, 0];
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        const readings = new Readings(decoder.channels.length);
        const refusedFor = decoder.decode(record(bytes), readings);
        if (refusedFor) {
          refused++;
          expect(refusedFor.detail).toMatch(/expected .*got/s);
          expect(['malformed', 'missing', 'invalid']).toContain(refusedFor.reason);
          return;
        }
        used++;
        expect(readings.length).toBeGreaterThan(0);
        expect(readings.series.map(seriesFault)).toEqual(readings.series.map(() => undefined));
        expect(readings.time.map(timeFault)).toEqual(readings.time.map(() => undefined));
        const again = new Readings(decoder.channels.length);
        decoder.decode(record(bytes), again);
        expect(again).toEqual(readings);
      }),
      { numRuns: 3000 },
    );
    expect(used).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(10);
  });
});

function refusalOf(reason: string, detail?: string): unknown {
  return expect.objectContaining(refusal(reason, detail));
}
