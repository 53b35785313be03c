import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';

import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress, uncompress } from 'snappy';

/** What kafkajs asks of a codec: the records of one batch in, their compressed bytes out, and back. */
export interface KafkaCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/** Largest batch that Zstandard may unpack to, bytes: it can pack 1 MiB into a few bytes; LZ4 and Snappy are far from that. */
const MAX_UNPACKED = 256 * 1024 * 1024;

/** First bytes of the block format of xerial's snappy-java, which the Java clients write: a magic and two versions. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER = 16;

const toZstd = promisify(zstdCompress);
const fromZstd = promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress);

/** Zstandard frames, by Node itself. */
export const zstd: KafkaCodec = {
  compress: ({ buffer }) => toZstd(buffer),
  decompress: (bytes) => fromZstd(bytes, { maxOutputLength: MAX_UNPACKED }),
};

/** LZ4 frames (not bare blocks), as KIP-57 has them. */
export const lz4: KafkaCodec = {
  compress: ({ buffer }) => compressFrame(buffer),
  decompress: (bytes) => decompressFrame(bytes),
};

/**
 * Snappy: bare blocks, as librdkafka writes them, and xerial's sequence of blocks, as the Java clients write them.
 *
 * @see https://github.com/xerial/snappy-java#compatibility-notes
 */
export const snappy: KafkaCodec = {
  compress: ({ buffer }) => compress(buffer),
  async decompress(bytes) {
    if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return unpackBlock(bytes);
    const blocks: Buffer[] = [];
    for (let at = XERIAL_HEADER; at < bytes.length;) {
      const length = bytes.readUInt32BE(at);
      const end = at + 4 + length;
      if (end > bytes.length) {
        throw new Error(
          `snappy block cut off: expected ${length} bytes at ${at + 4}, got ${bytes.length - at - 4}`,
        );
      }
      blocks.push(await unpackBlock(bytes.subarray(at + 4, end)));
      at = end;
    }
    return Buffer.concat(blocks);
  },
};

async function unpackBlock(block: Buffer): Promise<Buffer> {
  const unpacked = await uncompress(block, { asBuffer: true });
  return Buffer.isBuffer(unpacked) ? unpacked : Buffer.from(unpacked);
}

/** Teaches kafkajs, which itself knows gzip only, the other three codecs of Kafka, for every client of the process. */
export function registerKafkaCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = () => snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstd;
}
