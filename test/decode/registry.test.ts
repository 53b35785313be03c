import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Registry } from '../../src/decode/registry.ts';
import { SchemaUnusable } from '../../src/decode/registered-schema.ts';
import { RegistrySettings } from '../../src/decode/registry-settings.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { RegistryStub } from './registry-stub.ts';

let stub: RegistryStub;
beforeEach(async () => {
  stub = await RegistryStub.start();
});
afterEach(() => stub.stop());

const RETRY = { first: '5ms', longest: '20ms' };
const made = (settings: object = {}, log: Pick<Log, 'info' | 'warn'> = silentLog): Registry =>
  new Registry(RegistrySettings.parse({ url: stub.url, retry: RETRY, ...settings }), log);
const never = new AbortController().signal;
const text = '{"type":"int"}';

test('a schema by its id, with its SHA-256', async () => {
  stub.ids.set(17, { schema: text });
  stub.ids.set(18, { schema: 'x', schemaType: 'PROTOBUF', references: [] });
  expect(await made().schema(17, never)).toEqual({
    id: 17,
    type: 'AVRO',
    text,
    references: [],
    // printf '{"type":"int"}' | sha256sum
    sha256: '8227b502038b08acf2c1eaddd782f2d370e26cf4bed2d3b8c74045d4c95e78d0',
  });
  expect(await made().schema(18, never)).toMatchObject({ type: 'PROTOBUF' });
  expect(stub.asked).toEqual(['GET /schemas/ids/17', 'GET /schemas/ids/18']);
});

test('an address with a path, and a subject', async () => {
  const registry = made({ subject: ':.site:readings/value' });
  await registry.schema(4, never);
  expect(stub.asked).toEqual(['GET /schemas/ids/4?subject=%3A.site%3Areadings%2Fvalue']);
  stub.asked.length = 0;
  await expect(made({ url: `${stub.url}/registry/` }).schema(4, never)).rejects.toMatchObject({
    code: 'REGISTRY_REJECTED',
  });
  expect(stub.asked).toEqual(['GET /registry/schemas/ids/4']);
});

test('an id that it does not know', async () => {
  expect(await made().schema(4, never)).toBeUndefined();
});

test('what a schema refers to, each once, what it refers to before it', async () => {
  const to = (name: string, version = 1) => ({ name, subject: `of ${name}`, version });
  stub.ids.set(1, { schema: 'main', references: [to('b'), to('c')] });
  stub.versions.set('of b/1', { schema: 'B', references: [to('c')] });
  stub.versions.set('of c/1', { schema: 'C' });
  const schema = await made().schema(1, never);
  expect(schema?.references).toEqual([
    { name: 'c', text: 'C' },
    { name: 'b', text: 'B' },
  ]);
  expect(stub.asked).toEqual([
    'GET /schemas/ids/1',
    'GET /subjects/of%20b/versions/1?deleted=true',
    'GET /subjects/of%20c/versions/1?deleted=true',
  ]);
  stub.versions.set('of c/1', { schema: 'C2' });
  expect((await made().schema(1, never))?.sha256).not.toBe(schema?.sha256);
});

test.each([
  ['a reference that is not there', { schema: 'x', references: [{ name: 'a', subject: 'a', version: 9 }] }],
  ['references in a circle', { schema: 'x', references: [{ name: 'a', subject: 'round', version: 1 }] }],
  ['references without end', { schema: 'x', references: [{ name: '0', subject: 'n', version: 0 }] }],
  ['a long text', { schema: 'x'.repeat((1 << 20) + 1) }],
  ['an answer that is too long', { schema: '"int"', beside: 'x'.repeat(5 << 20) }],
])('no schema can be used with %s', async (_, schema) => {
  stub.ids.set(1, schema);
  stub.versions.set('round/1', { schema: 'y', references: [{ name: 'a', subject: 'round', version: 1 }] });
  for (let i = 0; i < 150; i++)
    stub.versions.set(`n/${i}`, {
      schema: 'y',
      references: [{ name: `${i + 1}`, subject: 'n', version: i + 1 }],
    });
  await expect(made().schema(1, never)).rejects.toThrow(SchemaUnusable);
});

test.each([503, 500, 429, 408, 'reset', 'silent'] as const)(
  'waits while it answers %s, and says so once',
  async (fault) => {
    stub.ids.set(17, { schema: text });
    stub.faults = [fault, fault, fault, 'none'];
    const log = { info: vi.fn<Log['info']>(), warn: vi.fn<Log['warn']>() };
    const registry = made({ timeout: '300ms' }, log);
    expect(await registry.schema(17, never)).toMatchObject({ text });
    expect(stub.asked.length).toBeGreaterThan(3);
    expect(log.warn).toHaveBeenCalledTimes(1);
    expect(log.info).toHaveBeenCalledTimes(1);
    expect(registry.failures).toBeGreaterThan(0);
  },
);

test('waits until it listens', async () => {
  const { url } = stub;
  const port = Number(new URL(url).port);
  await stub.stop();
  const asking = made({ url }).schema(17, never);
  await new Promise((resolve) => setTimeout(resolve, 80));
  stub = await RegistryStub.start(port);
  stub.ids.set(17, { schema: text });
  expect(await asking).toMatchObject({ text });
});

test('gives up when it is stopped', async () => {
  stub.faults = [503];
  const stop = new AbortController();
  const asking = made().schema(17, stop.signal);
  setTimeout(() => stop.abort(new Error('stopped')), 30);
  await expect(asking).rejects.toThrow('stopped');
  stub.faults = ['silent'];
  const silent = new AbortController();
  setTimeout(() => silent.abort(new Error('stopped')), 30);
  await expect(made().schema(17, silent.signal)).rejects.toThrow('stopped');
});

test.each([
  [401, 'REGISTRY_UNAUTHORIZED'],
  [403, 'REGISTRY_UNAUTHORIZED'],
  [404, 'REGISTRY_REJECTED'],
  [400, 'REGISTRY_REJECTED'],
  ['garbage', 'REGISTRY_REJECTED'],
  ['redirect', 'REGISTRY_REJECTED'],
] as const)('does not ask again after %s', async (fault, code) => {
  stub.faults = [fault];
  await expect(made().schema(17, never)).rejects.toMatchObject({ code });
  expect(stub.asked).toHaveLength(1);
});

test('user and password, or a token, from where the settings say', async () => {
  vi.stubEnv('REGISTRY_TOKEN_OF_TEST', 'abc');
  const folder = await mkdtemp(join(tmpdir(), 'foretide-'));
  writeFileSync(join(folder, 'password'), 'geheim:ü\n');
  await made({ username: 'me', password: { file: join(folder, 'password') } }).schema(1, never);
  await made({ token: { env: 'REGISTRY_TOKEN_OF_TEST' } }).schema(1, never);
  await made().schema(1, never);
  expect(stub.authorizations).toEqual([
    `Basic ${Buffer.from('me:geheim:ü').toString('base64')}`,
    'Bearer abc',
    undefined,
  ]);
  vi.unstubAllEnvs();
  await expect(made({ token: { env: 'REGISTRY_TOKEN_OF_TEST' } }).schema(1, never)).rejects.toMatchObject({
    code: 'SECRET_MISSING',
  });
  await rm(folder, { recursive: true });
});

test('check reaches it once', async () => {
  expect(await made().check()).toBe(`schema registry answers at ${stub.url}; it knows JSON, PROTOBUF, AVRO`);
  stub.faults = [503];
  await expect(made().check()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE', canRetry: true });
  stub.faults = [401];
  await expect(made().check()).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
  stub.faults = ['garbage'];
  await expect(made().check()).rejects.toMatchObject({ code: 'REGISTRY_REJECTED' });
  expect(stub.asked).toHaveLength(4);
});
