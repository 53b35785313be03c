import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { compressSync as toLz4 } from 'lz4-napi';

type WriteOptions = Parameters<typeof parquetWriteBuffer>[0];

/** Packs for the writer what its own packers cannot. */
const PACKERS: Partial<Record<CompressionCodec, (bytes: Uint8Array) => Uint8Array>> = {
  GZIP: (bytes) => gzipSync(bytes),
  BROTLI: (bytes) => brotliCompressSync(bytes),
  ZSTD: (bytes) => zstdCompressSync(bytes),
  // without the length that the package writes in front
  LZ4_RAW: (bytes) => toLz4(Buffer.from(bytes)).subarray(4),
};

/** The bytes of a Parquet file. */
export function parquetBytes(options: WriteOptions): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ compressors: PACKERS, ...options }));
}
