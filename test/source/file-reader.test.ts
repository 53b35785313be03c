import { describe, expect, test } from 'vitest';
import { FileReader, type Table } from '../../src/source/file-reader.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { recordings } from './recording.ts';

const write = recordings();

async function read(content: string | Uint8Array, table?: Table, from = 0): Promise<SourceRecord[]> {
  const reader = new FileReader(0, write(content), from, table);
  const records = await reader.take(Infinity);
  // what stands before a fault comes first
  return [...records, ...(await reader.take(Infinity))];
}
const textOf = ({ value }: SourceRecord): string => Buffer.from(value!).toString();
const table = { delimiter: ',' };

describe('lines', () => {
  test('each is a record; blank ones are none; the last needs no line break', async () => {
    const records = await read('{"a":1}\n\n  \t\n{"a":2}\r\n\r\n{"a":3}');
    expect(records.map(textOf)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
    expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect(await read('')).toEqual([]);
    expect(await read('\n\n')).toEqual([]);
  });

  test('a byte order mark at the beginning is not part of the first record', async () => {
    expect((await read('\uFEFF{"a":1}\n\uFEFFx\n')).map(textOf)).toEqual(['{"a":1}', '\uFEFFx']);
  });

  test('bytes come as they are: no UTF-8, spaces, and what else is a line break to Unicode', async () => {
    const bytes = Uint8Array.of(0xff, 0xfe, 0x22, 0x20, 0x00);
    expect(await read(Buffer.concat([bytes, Buffer.from('\n ok \n')]))).toMatchObject([
      { value: Buffer.from(bytes) },
      { value: Buffer.from(' ok ') },
    ]);
    const unicode = '{"s":"a\u2028b\u2029c\u0085d\u000be"}';
    expect((await read(`${unicode}\n`)).map(textOf)).toEqual([unicode]);
  });

  test('lines across the borders of what is read at a time', async () => {
    const lines = Array.from({ length: 400 }, (_, i) => `${i}-${'é'.repeat(i * 7)}`);
    expect((await read(lines.join('\r\n'))).map(textOf)).toEqual(lines);
  });

  test('a line without an end is refused before it fills the memory, with its place', async () => {
    const long = 'x'.repeat(3 << 20);
    for (const content of [`ok\n${long}`, `ok\n${long}\nok`]) {
      await expect(read(content)).rejects.toMatchObject({
        code: 'FILE_FORMAT',
        facts: { where: expect.stringMatching(/:2$/) as unknown },
      });
    }
  });
});

describe('rows of a table', () => {
  test('the first line is the header, each other row a record with its cells and its text', async () => {
    const records = await read('time,value\n1,2\n3,4\n', table);
    expect(records.map(({ offset, cells }) => [offset, cells])).toEqual([
      [0, ['1', '2']],
      [1, ['3', '4']],
    ]);
    expect(records.map(textOf)).toEqual(['1,2', '3,4']);
    expect(await read('time,value\n', table)).toEqual([]);
    expect(await read('', table)).toEqual([]);
  });

  test('from −1 on the header comes too', async () => {
    expect((await read('a,b\n1,2\n', table, -1)).map(({ offset, cells }) => [offset, cells])).toEqual([
      [-1, ['a', 'b']],
      [0, ['1', '2']],
    ]);
  });

  test('quotes, all kinds of line breaks mixed, empty lines, a byte order mark', async () => {
    const records = await read('\uFEFFa,b\r\n"1,5","say ""hi"""\n\r\n"two\nlines",4\r5,6', table, -1);
    expect(records.map(({ cells }) => cells)).toEqual([
      ['a', 'b'],
      ['1,5', 'say "hi"'],
      ['two\nlines', '4'],
      ['5', '6'],
    ]);
    expect(records.map(textOf)).toEqual(['a,b', '"1,5","say ""hi"""', '"two\nlines",4', '5,6']);
  });

  test('another delimiter', async () => {
    const records = await read('a;b\n1,5;"2;3"\n', { delimiter: ';' });
    expect(records[0]!.cells).toEqual(['1,5', '2;3']);
    expect((await read('a\tb\n1 2\t3\n', { delimiter: '\t' }))[0]!.cells).toEqual(['1 2', '3']);
  });

  test('rows that are too short or too long are records: the decoder says what is wrong with them', async () => {
    const records = await read('a,b\n1\n1,2,3\n,\n', table);
    expect(records.map(({ cells }) => cells)).toEqual([['1'], ['1', '2', '3'], ['', '']]);
  });

  test('a quote in the middle of a cell is a character', async () => {
    expect((await read('a,b\n5" pipe,2\n"5" pipe,3\n', table)).map(({ cells }) => cells?.[0])).toEqual([
      '5" pipe',
      '"5" pipe',
    ]);
  });

  test('a file without a header: the settings tell the columns, and the first row is not lost', async () => {
    const columns = ['time', 'value'];
    expect((await read('1,2\n3,4\n', { delimiter: ',', columns })).map(({ offset }) => offset)).toEqual([
      0, 1,
    ]);
    // where they stand in the file all the same they are a header
    const records = await read('time, value\n3,4\n', { delimiter: ',', columns });
    expect(records.map(({ offset, cells }) => [offset, cells])).toEqual([[0, ['3', '4']]]);
  });

  test('an unclosed quote is FILE_FORMAT with the line in which its row begins; what is before it has been read', async () => {
    const path = write('a,b\n1,2\n"two\nlines",4\n5,"six\n7,8\n9,10\n');
    const reader = new FileReader(0, path, 0, table);
    expect(await reader.take(2)).toHaveLength(2);
    await expect(reader.take(1)).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { where: `${path}:5`, got: expect.stringMatching(/quote/i) as unknown },
    });
  });

  test('of many rows none is lost before a fault', async () => {
    const good = Array.from({ length: 40_000 }, (_, i) => `${i},x`).join('\n');
    const reader = new FileReader(0, write(`a,b\n${good}\n1,"never closed\n`), 0, table);
    expect((await reader.take(Infinity)).length).toBe(40_000);
    await expect(reader.take(1)).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    await expect(reader.take(1)).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });

  test('a row without an end is refused', async () => {
    await expect(read(`a,b\n1,"${'x\n'.repeat(2 << 20)}`, table)).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { where: expect.stringMatching(/:2$/) as unknown },
    });
  });
});

describe.each([
  ['lines', undefined, 'r0\nr1\n\nr2\nr3\n'],
  ['rows', table, 'head\nr0\nr1\n\nr2\nr3\n'],
] as const)('%s', (_, shape, content) => {
  test('from any offset on', async () => {
    for (let from = 0; from <= 5; from++) {
      const records = await read(content, shape, from);
      expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3].slice(from));
      expect(records.map(textOf)).toEqual(['r0', 'r1', 'r2', 'r3'].slice(from));
    }
  });

  test('a reader that is closed gives nothing more', async () => {
    const reader = new FileReader(0, write(content), 0, shape);
    expect((await reader.take(2)).map(textOf)).toEqual(['r0', 'r1']);
    await reader.close();
    expect(await reader.take(1)).toEqual([]);
  });
});
