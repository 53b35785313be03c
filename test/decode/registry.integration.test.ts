import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avro from 'avsc';
import protobuf from 'protobufjs';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { compare } from '../../src/evaluate/compare/compare.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { replaySettings } from '../../src/run/replay-settings.ts';
import { run } from '../../src/run/run.ts';
import { foretide } from '../cli/foretide.ts';
import { dump } from '../checks/dump.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';
import { framed, RegistryStub, type StubSchema } from './registry-stub.ts';

const COUNT = 200;
const T = 1_700_000_000_000;
const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'foretide-registry-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pipeline = liveForecast as unknown as Pipeline;

const avroSchema = {
  type: 'record',
  name: 'Reading',
  fields: [
    { name: 'sensor', type: 'string' },
    { name: 'time', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'value', type: ['null', 'double'] },
  ],
};
const proto = `syntax = "proto3"; import "google/protobuf/timestamp.proto"; import "unit.proto";
  message Reading { string sensor = 1; google.protobuf.Timestamp time = 2; double value = 3; Unit unit = 4; }`;
const unit = 'syntax = "proto3"; enum Unit { CELSIUS = 0; }';
const jsonSchema = {
  type: 'object',
  required: ['sensor', 'time', 'value'],
  properties: { value: { type: 'number' } },
};

const avroType = avro.Type.forSchema(avroSchema as unknown as avro.Schema);
const { root } = protobuf.parse(proto);
root.addJSON(protobuf.common.get('google/protobuf/timestamp.proto')!.nested!);
protobuf.parse(unit, root);
const protoType = root.lookupType('Reading');

interface Case {
  readonly format: string;
  readonly schema: StubSchema;
  readonly encode: (sensor: string, time: number, value: number) => Uint8Array;
}
const cases: readonly Case[] = [
  {
    format: 'avro',
    schema: { schema: JSON.stringify(avroSchema) },
    encode: (sensor, time, value) => avroType.toBuffer({ sensor, time, value }),
  },
  {
    format: 'protobuf',
    schema: {
      schema: proto,
      schemaType: 'PROTOBUF',
      references: [{ name: 'unit.proto', subject: 'unit', version: 2 }],
    },
    encode: (sensor, time, value) =>
      Buffer.concat([
        Buffer.of(0),
        protoType
          .encode({ sensor, value, time: { seconds: Math.floor(time / 1000), nanos: (time % 1000) * 1e6 } })
          .finish(),
      ]),
  },
  {
    format: 'json-schema',
    schema: { schema: JSON.stringify(jsonSchema), schemaType: 'JSON' },
    encode: (sensor, time, value) => Buffer.from(JSON.stringify({ sensor, time, value })),
  },
];

const readings = (from: number, to: number): [string, number, number][] =>
  Array.from({ length: to - from }, (_, i) => [
    `s${i % 2}`,
    T + (from + i) * MINUTE,
    Math.sin((from + i) / 9),
  ]);

describeWithKafka('records of a schema registry', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  let stub: RegistryStub;
  beforeEach(async () => {
    stub = await RegistryStub.start();
    stub.versions.set('unit/2', { schema: unit, schemaType: 'PROTOBUF' });
  });
  afterEach(() => stub.stop());

  function settingsFor(topic: string, decode: object) {
    return {
      input: { kind: 'kafka', brokers, topic, group: topic, sessionTimeout: '6s', decode },
      model: { hidden: 2, horizon: 2 },
      commit: { every: '50ms' },
      page: { enabled: false },
      store: { kind: 'sqlite', path: join(folder, `${topic}.db`) },
    };
  }
  const load = (defaults: ReturnType<typeof settingsFor>) => loadSettings(pipeline.settings, { defaults });

  test.each(cases)(
    '$format: become the readings that their JSON would be; one of an unknown id is a dead letter',
    { timeout: 60_000 },
    async ({ format, schema, encode }) => {
      stub.ids.set(70_000, schema);
      const [topic, plain] = [await kafka.make(1), await kafka.make(1)];
      const all = readings(0, COUNT);
      await kafka.fill(topic, [
        [
          ...all.map((one) => Buffer.from(framed(70_000, encode(...one)))),
          Buffer.from(framed(9, Buffer.of(0))),
        ],
      ]);
      await kafka.fill(plain, [
        [...all.map(([sensor, time, value]) => JSON.stringify({ sensor, time, value })), 'no JSON'],
      ]);
      const registry = { url: stub.url };
      const results = [];
      for (const defaults of [
        settingsFor(topic, { format, values: ['value'], registry }),
        settingsFor(plain, { format: 'json', values: ['value'] }),
      ]) {
        const live = await run({ pipeline, settings: load(defaults) });
        await vi.waitFor(() => expect(Object.values(live.status().deadLetters)).toEqual([1]), 20_000);
        await live.stop();
        const { dead_letter: _, state: __, position: ___, ...tables } = dump(defaults.store.path);
        results.push(tables);
      }
      expect(results[0]!.reading.rows).toBe(COUNT);
      expect(results[0]!.forecast.rows).toBeGreaterThan(COUNT / 2);
      expect(results[0]).toEqual(results[1]);
      const db = new DatabaseSync(join(folder, `${topic}.db`), { readOnly: true });
      expect(db.prepare('SELECT reason, detail, offset FROM dead_letter').all()).toEqual([
        {
          reason: 'invalid',
          detail: `value: expected a schema that ${stub.url} knows, got id 9`,
          offset: COUNT,
        },
      ]);
      db.close();
    },
  );

  test(
    'wait while the registry is away, for longer than the session, and nothing is lost or refused',
    { timeout: 60_000 },
    async () => {
      const { schema, encode } = cases[0]!;
      stub.ids.set(1, schema);
      stub.ids.set(2, schema);
      const topic = await kafka.make(1);
      const part = (id: number, from: number, to: number): Buffer[] =>
        readings(from, to).map((one) => Buffer.from(framed(id, encode(...one))));
      const registry = { url: stub.url, timeout: '500ms', retry: { first: '50ms', longest: '200ms' } };
      const settings = load(settingsFor(topic, { format: 'avro', values: ['value'], registry }));
      const live = await run({ pipeline, settings });
      await kafka.fill(topic, [part(1, 0, 50)]);
      await vi.waitFor(() => expect(live.status().readings).toBe(50), 20_000);
      stub.faults = [503];
      await kafka.fill(topic, [[...part(1, 50, 60), ...part(2, 60, 100)]]);
      await new Promise((resolve) => void setTimeout(resolve, 8000));
      expect(live.status()).toMatchObject({ state: 'running', readings: 50, deadLetters: {} });
      stub.faults = [];
      await vi.waitFor(() => expect(live.status().readings).toBe(100), 20_000);

      stub.faults = ['silent'];
      stub.ids.set(3, schema);
      await kafka.fill(topic, [part(3, 100, 150)]);
      await vi.waitFor(() => expect(stub.asked).toContain('GET /schemas/ids/3'), 20_000);
      await live.stop();
      expect((await live.finished).readings).toBe(100);
      stub.faults = [];
      const next = await run({ pipeline, settings });
      await vi.waitFor(() => expect(next.status().readings).toBe(50), 20_000);
      expect(next.status().deadLetters).toEqual({});
      await next.stop();
    },
  );

  test('a replay, a comparison and check ask the registry, too', { timeout: 60_000 }, async () => {
    const { schema, encode } = cases[0]!;
    stub.ids.set(1, schema);
    const topic = await kafka.make(1);
    await kafka.fill(topic, [readings(0, COUNT).map((one) => Buffer.from(framed(1, encode(...one))))]);
    const defaults = settingsFor(topic, { format: 'avro', values: ['value'], registry: { url: stub.url } });
    const settings = load(defaults);
    const live = await run({ pipeline, settings });
    await vi.waitFor(() => expect(live.status().readings).toBe(COUNT), 20_000);
    await live.stop();

    const again = replaySettings(pipeline.name, settings, {
      into: join(folder, 'again.db'),
      now: Date.now(),
    });
    const replay = await run({ pipeline, settings: again });
    expect(await replay.finished).toMatchObject({ state: 'done', readings: COUNT, deadLetters: {} });
    await replay.stop();
    expect(dump(join(folder, 'again.db'))).toEqual(dump(defaults.store.path));

    const sides = ['A', 'B'].map((name) => ({ name, settings: again, changes: [] }));
    const compared = await compare({ pipeline, sides: sides as never });
    expect(compared.sides.map(({ counts }) => counts.readings)).toEqual([COUNT, COUNT]);

    const sets = Object.entries(defaults).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    const checked = await foretide(['check', 'live-forecast', ...sets.flatMap((set) => ['--set', set])], {
      cwd: folder,
    });
    expect(checked.stdout).toContain(
      `✔ schema registry answers at ${stub.url}; it knows JSON, PROTOBUF, AVRO`,
    );
    stub.faults = [401];
    const refused = await foretide(['check', 'live-forecast', ...sets.flatMap((set) => ['--set', set])], {
      cwd: folder,
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('The schema registry does not let us in');
  });
});
