import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { avroReader } from '../../src/decode/avro.ts';
import { Registry } from '../../src/decode/registry.ts';
import { RegistrySettings } from '../../src/decode/registry-settings.ts';
import { Schemas } from '../../src/decode/schemas.ts';
import type { Log } from '../../src/log.ts';
import { record, refusal } from './decoded.ts';
import { framed, RegistryStub } from './registry-stub.ts';

let stub: RegistryStub;
const log = { info: vi.fn<Log['info']>(), warn: vi.fn<Log['warn']>() };
beforeEach(async () => {
  vi.clearAllMocks();
  stub = await RegistryStub.start();
  stub.ids.set(1, { schema: '"int"' });
  stub.ids.set(2, { schema: '"string"' });
});
afterEach(() => stub.stop());

const INT = '6fb2bc1b7d2d6a7ff0c0e8bd1e2bb2ec0cfb2f2a6c7a9a0b2e7dfd0c1d2b3a4f';
const never = new AbortController().signal;
const records = (...ids: number[]) => ids.map((id) => record(framed(id, Uint8Array.of(2))));

function schemas(pins: Record<string, string> = {}): Schemas {
  const settings = RegistrySettings.parse({
    url: stub.url,
    retry: { first: '5ms', longest: '20ms' },
    timeout: '10s',
  });
  return new Schemas({ registry: new Registry(settings, log), type: 'AVRO', compile: avroReader, pins, log });
}

test('each is asked for once, whichever partitions wait for it', async () => {
  const made = schemas();
  stub.slow = 30;
  await Promise.all([made.prepare(records(1, 1, 2), never), made.prepare(records(2, 1), never)]);
  await made.prepare(records(1, 2), never);
  expect(stub.asked.toSorted()).toEqual(['GET /schemas/ids/1', 'GET /schemas/ids/2']);
  expect(made.payload(1, framed(1, Uint8Array.of(6)))).toEqual({ value: 3 });
  expect(log.info).toHaveBeenCalledWith(
    { id: 1, type: 'AVRO', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string, references: [] },
    'schema read',
  );
});

test('records that are decoded before they were prepared are a mistake, not dead letters', () => {
  expect(() => schemas().payload(1, framed(1, Uint8Array.of(6)))).toThrow(
    'before their schemas were asked for',
  );
});

test('an id that the registry does not know refuses its records, and is asked for again', async () => {
  const made = schemas();
  await made.prepare(records(9, 9), never);
  expect(made.payload(9, framed(9, Uint8Array.of(6)))).toEqual({
    reason: 'invalid',
    detail: `value: expected a schema that ${stub.url} knows, got id 9`,
  });
  stub.ids.set(9, { schema: '"int"' });
  await made.prepare(records(9), never);
  expect(made.payload(9, framed(9, Uint8Array.of(6)))).toEqual({ value: 3 });
  expect(stub.asked).toHaveLength(2);
});

test('a schema that cannot be used refuses its records, and is not asked for again', async () => {
  stub.ids.set(3, { schema: '{' });
  stub.ids.set(4, { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' });
  stub.ids.set(5, { schema: '"int"', references: [{ name: 'a', subject: 'a', version: 1 }] });
  const made = schemas();
  for (let i = 0; i < 2; i++) await made.prepare(records(3, 4, 5), never);
  for (const id of [3, 4, 5])
    expect(made.payload(id, framed(id, Uint8Array.of(6)))).toMatchObject(
      refusal('invalid', `schema ${id}: expected`),
    );
  expect(stub.asked).toHaveLength(4);
});

test('what is stopped lets others ask on', async () => {
  const made = schemas();
  stub.faults = [503];
  const stop = new AbortController();
  const first = made.prepare(records(1), stop.signal);
  const second = made.prepare(records(1), never);
  const third = new AbortController();
  const waits = made.prepare(records(1), third.signal);
  third.abort(new Error('third'));
  await expect(waits).rejects.toThrow('third');
  stop.abort(new Error('first'));
  await expect(first).rejects.toThrow('first');
  stub.faults = [];
  await second;
  expect(made.payload(1, framed(1, Uint8Array.of(6)))).toEqual({ value: 3 });
});

describe('a schema that is not what it was', () => {
  test('by its pin', async () => {
    const made = schemas({ 1: INT });
    await expect(made.prepare(records(1), never)).rejects.toMatchObject({ code: 'SCHEMA_CHANGED' });
    await expect(made.check()).rejects.toMatchObject({ code: 'SCHEMA_CHANGED' });
    const first = schemas();
    await first.prepare(records(1), never);
    const [[{ sha256 }]] = log.info.mock.calls as unknown as [[{ sha256: string }]];
    const pinned = schemas({ 1: sha256, 8: INT });
    await pinned.prepare(records(1), never);
    expect(await pinned.check()).toEqual([
      expect.stringContaining('schema registry answers') as string,
      'schema 1 is as pinned',
      'schema 8 is pinned, and the registry does not know it',
    ]);
  });

  test('after the registry was away', async () => {
    const made = schemas();
    await made.prepare(records(1), never);
    stub.ids.set(1, { schema: '"long"' });
    await made.prepare(records(1, 2), never);
    stub.faults = [503, 503, 'none'];
    await expect(made.prepare(records(1, 7), never)).rejects.toMatchObject({ code: 'SCHEMA_CHANGED' });
  });

  test('nothing is asked for again where it was not away', async () => {
    const made = schemas();
    await made.prepare(records(1), never);
    await made.prepare(records(2), never);
    expect(stub.asked).toHaveLength(2);
  });
});

test('schemas without end are no reason to run out of memory', async () => {
  const big = `"int"${' '.repeat((1 << 20) - 5)}`;
  for (let id = 100; id < 170; id++) stub.ids.set(id, { schema: big });
  const ids = Array.from({ length: 70 }, (_, i) => 100 + i);
  await expect(schemas().prepare(records(...ids), never)).rejects.toMatchObject({ code: 'SCHEMA_LIMIT' });
});
