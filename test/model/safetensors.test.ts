import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors, type TensorFile, writeSafetensors } from '../../src/model/safetensors.ts';
import { EXPORTED, modelCases, modelPath } from '../reference/models.ts';
import { breaker, fileOf, refusedOr } from './broken.ts';

const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const F32 = (shape: number[], begin: number, end: number) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

const some: TensorFile = {
  tensors: new Map([
    ['b.weight', { shape: [2, 3], data: Float32Array.of(1, -0, 3e-45, 3.4e38, -5, 0.1) }],
    ['1', { shape: [], data: Float32Array.of(7) }],
    ['none', { shape: [4, 0], data: new Float32Array(0) }],
    ['a "é" 🙂', { shape: [1], data: Float32Array.of(2) }],
  ]),
  metadata: new Map([
    ['z', ''],
    ['2', 'two'],
    ['é', 'a "quoted" \n line'],
  ]),
};

describe('write', () => {
  test('what is written is read again bit for bit, and written again to the same bytes', () => {
    const bytes = writeSafetensors(some);
    const again = readSafetensors(bytes);
    expect(new Set(again.tensors.keys())).toEqual(new Set(some.tensors.keys()));
    for (const [name, tensor] of some.tensors) expect(again.tensors.get(name)).toStrictEqual(tensor);
    expect(again.metadata).toEqual(some.metadata);
    expect(writeSafetensors(again)).toEqual(bytes);
  });

  test('the bytes do not depend on the order in which tensors and metadata come', () => {
    const backwards = {
      tensors: new Map([...some.tensors].toReversed()),
      metadata: new Map([...some.metadata].toReversed()),
    };
    expect(writeSafetensors(backwards)).toEqual(writeSafetensors(some));
  });

  test('the layout is that of the format: length, padded JSON, float32 in the order of the names', () => {
    const bytes = writeSafetensors({
      tensors: new Map([
        ['b', { shape: [1], data: Float32Array.of(2) }],
        ['a', { shape: [2], data: Float32Array.of(1, -1) }],
      ]),
      metadata: new Map([['k', 'v']]),
    });
    const json =
      '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}';
    expect(bytes).toEqual(Uint8Array.from(fileOf(json.padEnd(136), floats(1, -1, 2))));
    expect((bytes.length - 12) % 8).toBe(0);
  });

  test('nothing at all is a file too', () => {
    const nothing = { tensors: new Map(), metadata: new Map() };
    expect(readSafetensors(writeSafetensors(nothing))).toEqual(nothing);
  });

  test.each([
    ['NaN', 'a', { shape: [1], data: Float32Array.of(NaN) }],
    ['too few numbers', 'a', { shape: [2], data: Float32Array.of(1) }],
    ['a shape of fractions', 'a', { shape: [0.5, 2], data: Float32Array.of(1) }],
    ['the name of the metadata', '__metadata__', { shape: [1], data: Float32Array.of(1) }],
    ['half a character as name', '\uD800', { shape: [1], data: Float32Array.of(1) }],
  ])('refuses %s', (_, name, tensor) => {
    const file = { tensors: new Map([[name, tensor]]), metadata: new Map() };
    expect(refusedOr(() => writeSafetensors(file))).toBeUndefined();
  });

  test('refuses metadata beyond the limit of the header', () => {
    const file = { tensors: new Map(), metadata: new Map([['k', 'x'.repeat(1 << 20)]]) };
    expect(refusedOr(() => writeSafetensors(file))).toBeUndefined();
  });
});

describe('read', () => {
  test('reads from the middle of a larger buffer, at any alignment', () => {
    const bytes = fileOf({ a: F32([2], 0, 8) }, floats(1.5, -2));
    const around = new Uint8Array(bytes.length + 20);
    around.set(bytes, 3);
    const { tensors } = readSafetensors(around.subarray(3, 3 + bytes.length));
    expect(tensors.get('a')?.data).toEqual(Float32Array.of(1.5, -2));
  });

  test('F16, BF16 and F64 are read as PyTorch converts them to float32', () => {
    const { tensors } = readSafetensors(readFileSync(modelPath('dtypes')));
    expect(tensors.size).toBe(6);
    for (const name of ['f16', 'bf16', 'f64']) {
      expect([name, tensors.get(name)]).toStrictEqual([name, tensors.get(`${name}.float32`)]);
    }
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['seven bytes', new Uint8Array(7)],
    ['a header longer than the file', fileOf('{}').fill(9, 0, 1)],
    ['a header of 2^64 - 1 bytes', fileOf('{}').fill(255, 0, 8)],
    ['a header above the limit', fileOf(`{${' '.repeat(1 << 20)}}`)],
    ['a file of torch.save', Buffer.from('PK\u0003\u0004 archive/data.pkl and so on')],
    [
      'what is not UTF-8',
      fileOf('').length
        ? Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([0x7b, 0xff, 0x7d])])
        : new Uint8Array(0),
    ],
    ['a byte order mark', fileOf('\uFEFF{}')],
    ['a space before the header', fileOf(' {}')],
    ['bytes after the tensors', fileOf({ a: F32([1], 0, 4) }, floats(1, 2))],
    ['fewer bytes than the tensors', fileOf({ a: F32([2], 0, 8) }, floats(1))],
    ['NaN', fileOf({ a: F32([1], 0, 4) }, floats(NaN))],
    ['an infinity', fileOf({ a: F32([2], 0, 8) }, floats(1, -Infinity))],
    [
      'a float64 beyond float32',
      fileOf({ a: { ...F32([1], 0, 8), dtype: 'F64' } }, new Uint8Array(Float64Array.of(1e39).buffer)),
    ],
    ['a huge shape', fileOf({ a: F32([2 ** 30, 2 ** 30], 0, 4) }, floats(1))],
  ])('refuses %s', (_, bytes) => {
    expect(refusedOr(() => readSafetensors(bytes, 'x.safetensors'))).toBeUndefined();
  });

  test('says which file, which tensor, and what to do', () => {
    const read = (bytes: Uint8Array) => () => readSafetensors(bytes, 'x.safetensors');
    expect(read(fileOf({ 'a.b': F32([2], 0, 8) }, floats(1, NaN)))).toThrow(
      'A tensor holds what is no float32 number: expected finite numbers, got NaN at 1 (at x.safetensors: "a.b"). Its training has diverged: save an earlier state of it.',
    );
    expect(read(Buffer.from('PK\u0003\u0004 archive/data.pkl and so on'))).toThrow(/torch\.save wrote it/);
  });
});

test('12,000 broken files: each is refused with MODEL_INVALID or read to finite numbers, nothing else', () => {
  const files = [
    writeSafetensors(some),
    ...EXPORTED.map((kind) => readFileSync(modelPath(`foretide-${kind}`))),
    ...modelCases().cases.map(({ file }) => readFileSync(modelPath(file))),
    readFileSync(modelPath('dtypes')),
  ];
  for (const file of files) expect(refusedOr(() => readSafetensors(file))).toBeDefined();
  const broken = breaker(1);
  let refused = 0;
  let tried = 0;
  for (; refused < 12_000 && tried < 30_000; tried++) {
    const read = refusedOr(() => readSafetensors(broken(files[tried % files.length]!)));
    if (read === undefined) refused++;
    else if ([...read.tensors.values()].some(({ data }) => !data.every((value) => Number.isFinite(value)))) {
      throw new Error('A value that is not finite has been read');
    }
  }
  expect(refused).toBe(12_000);
});
