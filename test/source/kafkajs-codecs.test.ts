import * as fc from 'fast-check';
import kafkajs from 'kafkajs';
import { describe, expect, test } from 'vitest';

import { type KafkaCodec, lz4, registerKafkaCodecs, snappy, zstd } from '../../src/source/kafkajs-codecs.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** The records of one batch of 12 lines, as kafka-console-producer.sh of Kafka 4.4.0 (the Java client) packed them. */
const FROM_JAVA = {
  snappy:
    'glNOQVBQWQAAAAABAAAAAQAAAJ6nA5hEAAAAATh7InNlcmllcyI6InMxIiwidmFsdWUiOjIwLjV9AEQAZAI2IwAEMiJGIwAABDYjAAAzSiMAAAY2IwAANEojAAAINiMAADVKIwAACjYjAAA2SiMAAAw2IwAAN0YjAARmDjYjAAA4SiMAABA2IwAAOT4jABRGAGYSAToyOwEAMEokAAAUOiQAQmABDEYAZhY6JAAAMj5IAA==',
  lz4: 'BCJNGGBAgpMAAAD6GEQAAAABOHsic2VyaWVzIjoiczEiLCJ2YWx1ZSI6MjAuNX0ARAAwAiMAHzIjAAAaBCMAHzMjAAAaBiMAHzQjAAAaCCMAHzUjAAAaCiMAHzYjAAAaDCMAHzfSAAAaDiMAHzgjAAAaECMAHDkjAGlGADASATo7AR8wJAAAGxQkAA1gAUtGADAWJAAIYQFQMC41fQAAAAAA',
  zstd: 'KLUv/QBYvAMAVAREAAAAATh7InNlcmllcyI6InMxIiwidmFsdWUiOjIwLjV9AEQAZAIyBDMGNAg1CjYMNw44EDlGAGQSAToxMEYAZBQxFjIWAAAR0B1I2NEu/ywEA64AckBmIBEgH0gYkAUkB2QGEgHygYQBWUByQGYgETeyegIBAAA=',
};

describe.each([
  ['snappy', snappy, FROM_JAVA.snappy],
  ['lz4', lz4, FROM_JAVA.lz4],
  ['zstd', zstd, FROM_JAVA.zstd],
])('%s', (_, codec: KafkaCodec, fromJava) => {
  test('reads what the Java client wrote', async () => {
    const unpacked = await codec.decompress(Buffer.from(fromJava, 'base64'));

    expect(unpacked).toHaveLength(423);
    const lines = unpacked.toString('latin1').match(/\{"series":"s\d+","value":20\.5\}/g);
    expect(lines).toEqual(Array.from({ length: 12 }, (__, n) => `{"series":"s${n + 1}","value":20.5}`));
  });

  test('reads what it wrote, whatever the bytes', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 20_000 }))
        .map(([some, times]) => Buffer.concat(Array.from({ length: times }, () => some))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (some) => {
        const buffer = Buffer.from(some);
        const packed = await codec.compress({ buffer });
        expect((await codec.decompress(packed)).equals(buffer)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('refuses bytes that are cut off or are something else', async () => {
    const packed = Buffer.from(fromJava, 'base64');

    await expect(codec.decompress(packed.subarray(0, packed.length - 20))).rejects.toThrow(Error);
    await expect(codec.decompress(Buffer.from('neither snappy nor lz4 nor zstd'))).rejects.toThrow(Error);
  });
});

test('snappy reads bare blocks (librdkafka) and several blocks of the Java client', async () => {
  const bare = await snappy.compress({ buffer: Buffer.from('bare') });
  expect((await snappy.decompress(bare)).toString()).toBe('bare');

  const header = Buffer.from(FROM_JAVA.snappy, 'base64').subarray(0, 16);
  const parts: Buffer[] = [header];
  for (const text of ['one ', 'two ', 'three']) {
    const block = await snappy.compress({ buffer: Buffer.from(text) });
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    parts.push(length, block);
  }
  expect((await snappy.decompress(Buffer.concat(parts))).toString()).toBe('one two three');
  await expect(snappy.decompress(Buffer.concat(parts).subarray(0, -1))).rejects.toThrow(
    'snappy block cut off',
  );
});

test('zstd does not unpack a bomb', async () => {
  const bomb = await zstd.compress({ buffer: Buffer.alloc(257 * 1024 * 1024) });

  expect(bomb.length).toBeLessThan(64 * 1024);
  await expect(zstd.decompress(bomb)).rejects.toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' });
});

test('kafkajs finds them', () => {
  registerKafkaCodecs();

  expect(CompressionCodecs[CompressionTypes.Snappy]()).toBe(snappy);
  expect(CompressionCodecs[CompressionTypes.LZ4]()).toBe(lz4);
  expect(CompressionCodecs[CompressionTypes.ZSTD]()).toBe(zstd);
});
