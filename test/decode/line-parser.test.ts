import { expect, test } from 'vitest';
import { refusal } from './decoded.ts';
import { parseLines } from '../../src/decode/line-parser.ts';

test('a line with everything', () => {
  expect(
    parseLines('weather,city=Oslo,station=7 t=21.5,n=3i,u=4u,ok=t,note="a b" 1700000000000000000'),
  ).toEqual([
    {
      measurement: 'weather',
      tags: [
        ['city', 'Oslo'],
        ['station', '7'],
      ],
      fields: [
        ['t', 21.5],
        ['n', 3],
        ['u', 4],
        ['ok', true],
        ['note', 'a b'],
      ],
      time: '1700000000000000000',
    },
  ]);
});

test('blank lines, comments, spaces, CR LF and a missing last line break', () => {
  const lines = parseLines(
    '\n# a comment\n   # another\r\n\r\n  a v=1 1  \r\nb   v=2   2\r\n\t c v=3\r\n#end',
  );
  expect(lines).toMatchObject([
    { measurement: 'a', time: '1' },
    { measurement: 'b', time: '2' },
    { measurement: 'c', time: undefined },
  ]);
});

test.each([
  [String.raw`my\ m\,x\=y,t\=a\ g\,=v\ \=\, f\ \=\,=1`, 'my m,x\\=y', [['t=a g,', 'v =,']], [['f =,', 1]]],
  [String.raw`m,a=C:\dir\x v=1`, 'm', [['a', String.raw`C:\dir\x`]], [['v', 1]]],
  [String.raw`m,a=b\\,c v=1`, 'm', [['a', String.raw`b\,c`]], [['v', 1]]],
  [String.raw`m v="a \"b\" \\ \n, = "`, 'm', [], [['v', String.raw`a "b" \ \n, = `]]],
  [
    'm v="two\nlines",w=1',
    'm',
    [],
    [
      ['v', 'two\nlines'],
      ['w', 1],
    ],
  ],
  ['m"x,a"=b"c v"=1', 'm"x', [['a"', 'b"c']], [['v"', 1]]],
  ['größe,ort=Köln 温度=1', 'größe', [['ort', 'Köln']], [['温度', 1]]],
])('escapes: %s', (line, measurement, tags, fields) => {
  expect(parseLines(`${line} 1`)).toEqual([{ measurement, tags, fields, time: '1' }]);
});

test.each([
  ['1', 1],
  ['-.5', -0.5],
  ['1.', 1],
  ['1e+21', 1e21],
  ['5E-324', 5e-324],
  ['-9223372036854775808i', -(2 ** 63)],
  ['9223372036854775807i', 2 ** 63],
  ['18446744073709551615u', 2 ** 64],
  ['0i', 0],
  ['T', true],
  ['False', false],
  ['""', ''],
])('field value %s', (text, value) => {
  expect(parseLines(`m v=${text} 1`)).toMatchObject([{ fields: [['v', value]] }]);
});

// InfluxDB 2.7.12 refuses each of these with 400, but for the last three (see the docstring)
test.each([
  'm',
  'm ',
  'm 1',
  'm  5',
  'm v',
  'm v= 1',
  'm v=1,',
  'm v=1, 5',
  'm =1 5',
  'm v=1 5 6',
  'm v=1 1.5',
  'm v=1 x',
  'm v=1\t5',
  'm v=+1 5',
  'm v=- 5',
  'm v=. 5',
  'm v=1e 5',
  'm v=0x1 5',
  'm v=1_0 5',
  'm v=NaN 5',
  'm v=Infinity 5',
  'm v=tRUE 5',
  'm v=1.5i 5',
  'm v=-1u 5',
  'm v="open 5',
  ',a=b v=1 5',
  'm,a v=1 5',
  'm,=b v=1 5',
  'm,a= v=1 5',
  'm,a=b=c v=1 5',
  'm,a=b, v=1 5',
  'm,a=b,a=c v=1 5',
  'm,a=b\nv=1 5',
  'm,a=b\\\n v=1 5',
  'm v="x"y 5',
  'm v=1,v=2 5',
])('refuses %j', (line) =>
  expect(parseLines(`ok v=1 1\n${line}`)).toMatchObject(refusal('malformed', 'line 2: ')),
);

test.each([
  '9223372036854775808i',
  '-9223372036854775809i',
  '18446744073709551616u',
  `${'9'.repeat(100_000)}i`,
  '1e999',
])('refuses a number out of range', (text) =>
  expect(parseLines(`m v=${text} 1`)).toMatchObject(refusal('invalid')),
);
