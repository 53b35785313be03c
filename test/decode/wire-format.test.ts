import { expect, test } from 'vitest';
import { schemaId } from '../../src/decode/wire-format.ts';
import { refusal } from './decoded.ts';

const of = (hex: string): unknown => schemaId(Buffer.from(hex, 'hex'));

test.each([
  ['0000000011', 17],
  ['0000000011ff', 17],
  ['0001020304', 16_909_060],
  ['00ffffffff', 4_294_967_295],
])('%s names the schema %d', (hex, id) => expect(of(hex)).toBe(id));

test.each([
  ['nothing', '', 'got 0 bytes'],
  ['four bytes', '00000000', 'got 4 bytes'],
  ['JSON', '7b7d7b7d7b7d', 'got 0x7b'],
])('%s names none', (_, hex, got) => expect(of(hex)).toMatchObject(refusal('malformed', got)));
