import { describe, expect, test } from 'vitest';
import { parseHeader } from '../../src/model/safetensors-header.ts';
import { refusedOr } from './broken.ts';

const A = '"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}';
const B = '"b":{"dtype":"F16","shape":[],"data_offsets":[8,10]}';
const refuses = (json: string, size: number): string => {
  let message = '';
  expect(
    refusedOr(() => {
      try {
        return parseHeader(json, size, 'x');
      } catch (error) {
        message = (error as Error).message;
        throw error;
      }
    }),
  ).toBeUndefined();
  return message;
};

test('gives the tensors in the order of their bytes, and the metadata', () => {
  const { entries, metadata } = parseHeader(`{${B}, "__metadata__":{"format":"pt"}, ${A}}  `, 10, 'x');
  expect(entries.map(({ name, count, begin, end }) => [name, count, begin, end])).toEqual([
    ['a', 2, 0, 8],
    ['b', 1, 8, 10],
  ]);
  expect([...metadata]).toEqual([['format', 'pt']]);
});

test('tensors without numbers take no bytes', () => {
  const none = '"n":{"dtype":"F32","shape":[9007199254740991,0],"data_offsets":[8,8]}';
  expect(parseHeader(`{${none},${A},${B}}`, 10, 'x').entries).toHaveLength(3);
});

test('a key such as __proto__ or constructor is a name like any other', () => {
  const { entries } = parseHeader(
    `{${A.replace('a', '__proto__')},${B.replace('b', 'constructor')}}`,
    10,
    'x',
  );
  expect(entries.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
});

describe('refuses', () => {
  test.each([
    ['what is no JSON', '{a}', 0],
    ['a list', '[]', 0],
    ['text after the object', `{${A}} {}`, 8],
    ['metadata that are no object', '{"__metadata__":"a"}', 0],
    ['metadata that are numbers', '{"__metadata__":{"a":1}}', 0],
    [
      'half a character in a name',
      String.raw`{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`,
      8,
    ],
    ['half a character in the metadata', String.raw`{"__metadata__":{"a":"\udc00"}}`, 0],
    ['a tensor that is no object', '{"a":[0,8]}', 8],
    ['a tensor without a shape', '{"a":{"dtype":"F32","data_offsets":[0,8]}}', 8],
    ['an unknown key', `{${A.replace('}', ',"more":1}')}}`, 8],
    ['an unknown dtype', `{${A.replace('F32', 'I64')}}`, 8],
    ['a dtype such as toString', `{${A.replace('F32', 'toString')}}`, 8],
    ['a negative length', `{${A.replace('[2]', '[-2]')}}`, 8],
    ['a fraction', `{${A.replace('[2]', '[2.5]')}}`, 8],
    ['a length beyond 2^53', `{${A.replace('[2]', '[9007199254740993]')}}`, 8],
    ['a shape that is not that of the bytes', `{${A.replace('[2]', '[3]')}}`, 8],
    ['a product beyond all numbers', `{${A.replace('[2]', '[1e300,1e300]')}}`, 8],
    ['offsets backwards', `{${A.replace('0,8', '8,0')}}`, 8],
    ['three offsets', `{${A.replace('0,8', '0,8,8')}}`, 8],
    ['no offsets', `{${A.replace('[0,8]', 'null')}}`, 8],
    ['a hole at the beginning', `{${A.replace('0,8', '4,12')}}`, 12],
    ['a hole between two', `{${A},${B.replace('8,10', '9,11')}}`, 11],
    ['an overlap', `{${A},${B.replace('8,10', '7,9')}}`, 9],
    ['the same bytes twice', `{${A},${A.replace('a', 'b')}}`, 8],
    ['a rest', `{${A}}`, 9],
    ['offsets out of bounds', `{${A}}`, 7],
    ['a million brackets', `{"a":${'['.repeat(1e6)}`, 0],
    ['200,000 levels', `{"a":${'['.repeat(2e5)}${']'.repeat(2e5)}}`, 0],
  ])('%s', (_, json, size) => {
    refuses(json, size);
  });

  test('keys that stand twice, however they are written', () => {
    expect(refuses(`{${A},${A}}`, 8)).toContain(
      'A key stands twice in the header: expected each once, got "a"',
    );
    expect(refuses(String.raw`{"\u0061":1,"a":2}`, 8)).toContain('twice');
    expect(refuses(`{"__metadata__":{"k":"1", "k" : "2"}}`, 0)).toContain('got "k"');
    expect(refuses('{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}', 4)).toContain(
      '"dtype"',
    );
  });

  test('but not the same key in two objects, nor a text that looks like one', () => {
    const json = String.raw`{"__metadata__":{"a":"\"a\":","dtype":"{\"a\":1","b":"\\"},${A},${B}}`;
    expect(parseHeader(json, 10, 'x').metadata.get('b')).toBe('\\');
  });
});

test('a header of a mebibyte is read in a moment', () => {
  const many = Array.from(
    { length: 15_000 },
    (_, i) => `"t${i}":{"dtype":"F32","shape":[1],"data_offsets":[${i * 4},${i * 4 + 4}]}`,
  );
  expect(parseHeader(`{${many.join()}}`, 60_000, 'x').entries).toHaveLength(15_000);
}, 2000);
