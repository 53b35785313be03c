import { expect } from 'vitest';
import { ForetideError } from '../../src/errors.ts';
import { seededRandom } from '../../src/model/random.ts';

/** A file of this header (text, or what becomes JSON) and this buffer. */
export function fileOf(header: unknown, buffer: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, buffer]);
}

/** Runs `read`: what it gives, or undefined where it refuses with a complete MODEL_INVALID; anything else that it throws fails. */
export function refusedOr<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ForetideError)) throw error;
    expect(error.code).toBe('MODEL_INVALID');
    const { expected, got, where, todo } = error.facts;
    for (const part of [expected, got, where, todo])
      if (!part) throw new Error('Not all facts are told', { cause: error });
    if (error.message.length > 2000) throw new Error('A message is too long', { cause: error });
    return undefined;
  }
}

type Header = Record<string, { dtype?: unknown; shape?: unknown; data_offsets?: unknown }>;

/** Breaks valid files in every way we could think of. The same seed breaks them the same way. */
export function breaker(seed: number): (valid: Uint8Array) => Uint8Array {
  const random = seededRandom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const ODD = [
    -1,
    0,
    1,
    3,
    4,
    7,
    1.5,
    1e9,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
    1e308,
    null,
    true,
    '0',
    '4',
    [],
    [0],
    {},
    [[0]],
  ];

  const PIECES = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '0',
    '-',
    '9e9',
    '.',
    '\\',
    ' ',
    '\n',
    '\0',
    'é',
    '\uFEFF',
    '\\u0000',
    '\\ud800',
  ];

  const split = (file: Uint8Array): { text: string; buffer: Uint8Array } => {
    const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    return {
      text: Buffer.from(file.subarray(8, 8 + length)).toString(),
      buffer: file.subarray(8 + length),
    };
  };
  const withHeader = (file: Uint8Array, change: (header: Header) => void): Uint8Array => {
    const { text, buffer } = split(file);
    const header = JSON.parse(text) as Header;
    change(header);
    return fileOf(header, buffer);
  };
  const withText = (file: Uint8Array, change: (text: string) => string): Uint8Array => {
    const { text, buffer } = split(file);
    return fileOf(change(text), buffer);
  };
  const tensorOf = (header: Header): string =>
    oneOf(Object.keys(header).filter((key) => key !== '__metadata__'));
  const floods = ['[', '{"a":', '[{"a":', '{"a":{"dtype":', '"', '\\', '{"__metadata__":{"a":'];

  const ways: ((file: Uint8Array) => Uint8Array)[] = [
    // truncated, extended, something cut out
    (file) => file.subarray(0, below(file.length)),
    (file) => Buffer.concat([file, Buffer.alloc(1 + below(64), below(256))]),
    (file) => {
      const at = below(file.length);
      return Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + below(16))]);
    },
    // bits and bytes
    (file) => {
      const copy = file.slice();
      for (let i = 1 + below(8); i > 0; i--) copy[below(copy.length)]! ^= 1 << below(8);
      return copy;
    },
    (file) => {
      const copy = file.slice();
      const at = below(copy.length);
      return copy.fill(oneOf([0, 255, 127, 34, 123]), at, at + 1 + below(32));
    },
    // a wrong length of the header
    (file) => {
      const copy = file.slice();
      const lengths = [
        0n,
        1n,
        2n,
        9n,
        2n ** 20n,
        2n ** 20n + 1n,
        2n ** 31n,
        2n ** 32n + 100n,
        2n ** 53n,
        2n ** 64n - 1n,
      ];
      const around = BigInt(below(file.length + 20));
      new DataView(copy.buffer).setBigUint64(0, random() < 0.5 ? oneOf(lengths) : around, true);
      return copy;
    },
    // edits of the header's text
    (file) =>
      withText(file, (text) => {
        const at = below(text.length);
        return text.slice(0, at) + oneOf(PIECES) + text.slice(at + below(2));
      }),
    (file) =>
      withText(file, (text) =>
        text.replace(/\d+/g, (n) => (random() < 0.1 ? JSON.stringify(oneOf(ODD)) : n)),
      ),
    // what the header says
    (file) =>
      withHeader(file, (header) => {
        const tensor = header[tensorOf(header)]!;
        const begin = oneOf([...ODD, ...(tensor.data_offsets as unknown[])]);
        tensor.data_offsets = oneOf<unknown>([
          [begin, oneOf(ODD)],
          [oneOf(ODD), (tensor.data_offsets as unknown[])[1]],
          [begin],
          begin,
        ]);
      }),
    (file) =>
      withHeader(file, (header) => {
        const tensor = header[tensorOf(header)]!;
        // of another tensor: overlapping, or with a hole
        tensor.data_offsets = header[tensorOf(header)]!.data_offsets;
        tensor.shape = header[tensorOf(header)]!.shape;
      }),
    (file) =>
      withHeader(file, (header) => {
        header[tensorOf(header)]!.shape = oneOf<unknown>([
          [oneOf(ODD)],
          [oneOf(ODD), oneOf(ODD)],
          [oneOf(ODD), 0],
          oneOf(ODD),
        ]);
      }),
    (file) =>
      withHeader(file, (header) => {
        header[tensorOf(header)]!.dtype = oneOf<unknown>([
          'F64',
          'F16',
          'BF16',
          'I64',
          'BOOL',
          'f32',
          'constructor',
          '__proto__',
          null,
          32,
        ]);
      }),
    (file) =>
      withHeader(file, (header) => {
        const name = tensorOf(header);
        const tensor = header[name]!;
        Reflect.deleteProperty(header, name);
        if (random() < 0.7)
          header[oneOf(['', 'a', '__proto__', 'weight_ih_l0', 'x'.repeat(5000), `${name}.`, `${name}9`])] =
            tensor;
      }),
    (file) =>
      withHeader(file, (header) => {
        (header as Record<string, unknown>)[oneOf(['__metadata__', tensorOf(header)])] = oneOf<unknown>([
          null,
          1,
          'x',
          [],
          { a: 1 },
          { 'foretide.version': '2' },
          { 'foretide.version': '1' },
          { 'foretide.': '' },
        ]);
      }),
    // keys that stand twice
    (file) =>
      withText(file, (text) => {
        const keys = [...text.matchAll(/"[^"]*":/g)];
        const { 0: key, index } = oneOf(keys);
        return text.slice(0, index) + key + oneOf(['0,', '{},', '"a",', '[0,0],']) + text.slice(index);
      }),
    // deep, or endless
    (file) =>
      withText(file, (text) => {
        const deep = oneOf(floods).repeat(oneOf([10, 1000, 20_000]));
        return oneOf([
          `{"a":${deep}`,
          deep,
          text.replace(/\[[^\]]*\]/, () => deep),
          `${text.slice(0, -1)},"a":${deep}}`,
        ]);
      }),
    // numbers that are none
    (file) => {
      const { text, buffer } = split(file);
      const copy = buffer.slice();
      const wild = oneOf([0x7fc00000, 0x7f800000, 0xff800000, 0x7f800001, 0xffffffff]);
      if (copy.length >= 4) new DataView(copy.buffer).setUint32(4 * below(copy.length >> 2), wild, true);
      return fileOf(text, copy);
    },
  ];
  return (valid) => {
    let file: Uint8Array = Uint8Array.from(valid);
    for (let i = random() < 0.8 ? 1 : 2; i > 0; i--) {
      try {
        file = Uint8Array.from(oneOf(ways)(file));
      } catch {
        // the second way may find nothing left to break
      }
    }
    return file;
  };
}
