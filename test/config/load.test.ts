import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadSettings, settingsTree, type SettingsSources } from '../../src/config/load.ts';
import { runSettings } from '../../src/config/run-settings.ts';
import { ForetideError } from '../../src/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
function yaml(text: string): string {
  const path = join(folder, `${count++}.yaml`);
  writeFileSync(path, text);
  return path;
}

const Small = z.strictObject({
  a: z.string().default('schema'),
  deep: z.strictObject({ maxSize: z.int().default(0), list: z.array(z.int()).default([]) }).prefault({}),
});
const Whole = z.strictObject(runSettings);
const FILE = { input: { kind: 'file', paths: ['x.csv'], decode: { format: 'csv', time: 'when' } } };

const small = (sources: Partial<SettingsSources>) => loadSettings(Small, { defaults: {}, ...sources });
const whole = (sources: Partial<SettingsSources>) => loadSettings(Whole, { defaults: FILE, ...sources });

/** The lines of the error that loading ends with. */
function faults(load: () => unknown): string[] {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(ForetideError);
    expect((error as ForetideError).code).toBe('SETTINGS_INVALID');
    return (error as ForetideError).message
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim());
  }
  throw new Error('expected an error, got settings');
}

describe('sources of settings', () => {
  test('later ones win: schema < defaults < file < environment < set', () => {
    const defaults = { a: 'defaults' };
    const file = yaml('a: file');
    const environment = { FORETIDE_A: 'environment' };
    const set = ['a=set'];
    expect(small({}).a).toBe('schema');
    expect(small({ defaults }).a).toBe('defaults');
    expect(small({ defaults, file }).a).toBe('file');
    expect(small({ defaults, file, environment }).a).toBe('environment');
    expect(small({ defaults, file, environment, set }).a).toBe('set');
    expect(small({ set: ['a=set', 'a=later'] }).a).toBe('later');
  });

  test('they are put together key by key; a list takes the place of a list', () => {
    const defaults = { deep: { maxSize: 1, list: [1, 2, 3] } };
    expect(small({ defaults, file: yaml('a: b'), set: ['deep.list=[4]'] })).toEqual({
      a: 'b',
      deep: { maxSize: 1, list: [4] },
    });
    expect(defaults).toEqual({ deep: { maxSize: 1, list: [1, 2, 3] } });
  });

  test('variables: __ goes a level down, _ begins a word; others than FORETIDE_… are not looked at', () => {
    const environment = {
      FORETIDE_DEEP__MAX_SIZE: '7',
      DEEP__LIST: '[1]',
      foretide_a: 'x',
      FORETIDE_A: undefined,
    };
    expect(small({ environment })).toEqual({ a: 'schema', deep: { maxSize: 7, list: [] } });
  });

  test('a value of --set or of a variable is YAML where it can be, else text', () => {
    expect(small({ set: ['deep={maxSize: 3, list: [1, 2]}'] }).deep).toEqual({ maxSize: 3, list: [1, 2] });
    const written = { '*': '*', '|': '|', '>': '>', '': '', 'b=c': 'b=c', "'8'": '8', '{': '{', '\t': '\t' };
    for (const [text, value] of Object.entries(written)) {
      expect(small({ set: [`a=${text}`] }).a).toBe(value);
      expect(small({ environment: { FORETIDE_A: text } }).a).toBe(value);
    }
  });

  test('an empty file, or one of comments, changes nothing', () => {
    expect(small({ defaults: { a: 'd' }, file: yaml('') }).a).toBe('d');
    expect(small({ defaults: { a: 'd' }, file: yaml('# nothing yet\n') }).a).toBe('d');
  });
});

describe('variants', () => {
  const kafka = { kind: 'kafka', brokers: ['b:1'], topic: 't' };

  test('another kind does not inherit the keys of the one before', () => {
    const { input } = whole({ file: yaml('input: {kind: kafka, brokers: ["b:1"], topic: t}') });
    expect(input).toMatchObject({ ...kafka, decode: { format: 'json', time: 'time' } });
    expect(input).not.toHaveProperty('paths');
  });

  test('a name for the one series takes the place of the field that names them, and the other way round', () => {
    const before = (decode: object) => ({
      input: { kind: 'file', paths: ['x.csv'], decode: { format: 'csv', ...decode } },
    });
    const one = whole({ defaults: before({ series: 'origin' }), set: ['input.decode.seriesName=plant'] });
    expect(one.input.decode).not.toHaveProperty('series');
    expect(one.input.decode).toHaveProperty('seriesName', 'plant');
    const many = whole({ defaults: before({ seriesName: 'plant' }), set: ['input.decode.series=origin'] });
    expect(many.input.decode).not.toHaveProperty('seriesName');
    expect(() => whole({ set: ['input.decode={series: a, seriesName: b}'] })).toThrow(/got both/);
  });

  test('another format does not inherit those of the format before; the section around it stays', () => {
    const { input } = whole({ set: ['input.decode.format=json'] });
    expect(input).toMatchObject({ kind: 'file', paths: ['x.csv'], decode: { format: 'json', time: 'time' } });
  });

  test('the same kind, or none, keeps them', () => {
    const kept = { kind: 'file', paths: ['x.csv'], decode: { format: 'csv', time: 'then' } };
    expect(whole({ set: ['input.decode.time=then'] }).input).toMatchObject(kept);
    expect(whole({ set: ['input.decode.time=then', 'input.kind=file'] }).input).toMatchObject(kept);
  });

  test('the order of variables and of --set does not matter: the kind may come after its keys', () => {
    const environment = {
      FORETIDE_INPUT__BROKERS: '["b:1"]', // sorts before KIND
      FORETIDE_INPUT__KIND: 'kafka',
      FORETIDE_INPUT__TOPIC: 't',
    };
    expect(whole({ environment }).input).toMatchObject(kafka);
    expect(
      whole({ set: ['input.topic=t', 'input.brokers=["b:1"]', 'input.kind=kafka'] }).input,
    ).toMatchObject(kafka);
  });

  test('a kind that only --set names leaves what the file says of another', () => {
    const file = yaml('input: {kind: kafka, brokers: ["b:1"], topic: t}');
    expect(whole({ file, set: ['input.kind=file', 'input.paths=[y.csv]'] }).input).toMatchObject({
      kind: 'file',
      paths: ['y.csv'],
      decode: { format: 'json' },
    });
  });
});

describe('faults', () => {
  test('all of all sources at once, and unknown keys are refused', () => {
    const file = yaml('model: {cell: lstn, hiden: 3}\npage: {port: 99999}');
    const environment = { FORETIDE_COMMIT__READINGS: 'many', FORETIDE_NO_SUCH: '1' };
    expect(
      faults(() => whole({ file, environment, set: ['store.pth=x', 'store.retention=5'] })).toSorted(),
    ).toEqual([
      'commit.readings: expected number, got "many"',
      'model.cell: expected one of rnn, lstm, gru, got "lstn"; did you mean lstm?',
      'model.hiden: no such setting; did you mean hidden?',
      expect.stringMatching(/^noSuch: no such setting; there are input, model, /),
      'page.port: expected at most 65535, got 99999',
      'store.pth: no such setting; did you mean path?',
      'store.retention: expected a duration such as 500ms, 10s, 5m, 1h or 90d, got 5',
    ]);
  });

  test('broken YAML: file, line and what is wrong', () => {
    const file = yaml('model:\n  cell: lstm\n  hidden: [1, 2\npage: {}\n');
    const [line, ...others] = faults(() => whole({ file }));
    expect(line!.slice(0, file.length + 2)).toBe(`${file}: `);
    expect(line).toMatch(/ at line [34], column \d+$/);
    expect(others).toEqual([]);
    const twice = yaml('a: 1\na: 2\n');
    expect(faults(() => small({ file: twice }))).toEqual([
      `${twice}: Map keys must be unique at line 2, column 1`,
    ]);
  });

  test('a file of something else than keys and values', () => {
    const list = yaml('- a\n');
    expect(faults(() => small({ file: list }))).toEqual([`${list}: expected keys and values, got a list`]);
    const text = yaml('hello');
    expect(faults(() => small({ file: text }))).toEqual([`${text}: expected keys and values, got string`]);
  });

  test('a file that is not there is FILE_UNREADABLE, with its path', () => {
    const file = join(folder, 'none.yaml');
    expect(() => small({ file })).toThrow(
      expect.objectContaining({
        code: 'FILE_UNREADABLE',
        facts: expect.objectContaining({ where: file }) as unknown,
      }),
    );
  });

  test('--set without a path or a value says what it needs', () => {
    expect(faults(() => small({ set: ['deep.maxSize'] }))).toEqual([
      '--set deep.maxSize: expected path=value, got one without =',
    ]);
    expect(faults(() => small({ set: ['=5'] }))).toEqual(['--set : expected path=value, got one without =']);
  });
});

describe('secrets that somebody wrote into the settings', () => {
  const SECRET = 'S3CRET-hunter2';
  const influx = 'output: {kind: influxdb, org: o, bucket: b';
  test.each<[string, Partial<SettingsSources>]>([
    ['a file', { file: yaml(`${influx}, token: ${SECRET}}`) }],
    ['a file, under a misspelt key', { file: yaml(`${influx}, tokn: ${SECRET}}`) }],
    ['a file, one level too deep', { file: yaml(`${influx}, token: {value: ${SECRET}}}`) }],
    ['a file, as a list', { file: yaml(`${influx}, token: [${SECRET}]}`) }],
    ['a file that is broken there', { file: yaml(`${influx}, token: "${SECRET}\n`) }],
    ['a file that is broken below', { file: yaml(`token: ${SECRET}\n  password: x\n`) }],
    ['a variable', { environment: { FORETIDE_OUTPUT__KIND: 'influxdb', FORETIDE_OUTPUT__TOKEN: SECRET } }],
    ['--set', { set: ['output.kind=influxdb', `output.token=${SECRET}`] }],
    ['--set with a colon', { set: [`output.token:${SECRET}`] }],
    ['--set with a space', { set: [`output.token ${SECRET}`] }],
    ['an address', { set: ['output.kind=influxdb', `output.url=http://me:${SECRET}@localhost:8086`] }],
    [
      'an address with a query',
      { set: ['output.kind=influxdb', `output.url=http://localhost:8086?token=${SECRET}`] },
    ],
    ['a password of Kafka', { set: ['input.kind=kafka', `input.sasl.password=${SECRET}`] }],
    ['a private key', { set: ['input.kind=kafka', `input.tls={key: ${SECRET}}`] }],
  ])('in %s are never echoed', (_, sources) => {
    const lines = faults(() => whole(sources));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toContain('S3CRET');
    expect(lines.join('\n')).not.toContain('hunter2');
  });
});

describe('keys that belong to every object', () => {
  test('pollute nothing and are refused', () => {
    const load = (): unknown =>
      small({
        file: yaml(
          '__proto__: {fromFile: 1}\ndeep: {__proto__: {maxSize: 9}}\nconstructor: {prototype: {fromFile: 1}}',
        ),
        environment: { FORETIDE___PROTO____FROM_ENVIRONMENT: '1' },
        set: ['__proto__.fromSet=1', 'constructor.prototype.fromSet=1', 'deep.__proto__.__proto__.fromSet=1'],
      });
    expect(faults(load).map((line) => line.split(':')[0])).toEqual(
      expect.arrayContaining(['__proto__', 'constructor', 'deep.__proto__']),
    );
    for (const name of ['fromFile', 'fromEnvironment', 'fromSet']) expect(name in {}).toBe(false);
  });
});

test('the token of the page is no setting, though its variable begins as they do', () => {
  const environment = { FORETIDE_PAGE_TOKEN: 'a-token-of-some-length', FORETIDE_PAGE__PORT: '1' };
  expect(settingsTree({ defaults: {}, environment })).toEqual({ page: { port: 1 } });
});
