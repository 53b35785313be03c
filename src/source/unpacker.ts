import { createGunzip, createZstdDecompress } from 'node:zlib';

/** How a file is packed. */
export type Packing = 'gzip' | 'zstd';

/** Bytes of the beginning of a file that say how it is packed. */
export const MAGIC_LENGTH = 4;
/**
 * Packed bytes that are unpacked at a time. Gzip makes 4 MiB of them at most, Zstandard 128 MiB where all is the same byte; text grows to
 * some 30 times as much.
 */
const PORTION = 4096;
const OUTPUT = 1 << 16;

/**
 * How a file that begins with these bytes is packed; undefined: not at all.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1 and https://www.rfc-editor.org/rfc/rfc8878#section-3.1
 */
export function packingOf(begin: Uint8Array): Packing | undefined {
  const [a, b, c, d] = begin;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  // a frame to be skipped, as pzstd begins a file with
  const isSkippable = a !== undefined && (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18;
  return isSkippable ? 'zstd' : undefined;
}

/**
 * Unpacks the chunks of a file that is packed.
 *
 * 1. Members of gzip and frames of Zstandard that stand one behind the other are one content.
 * 2. What has been unpacked before a fault comes out before the error: of a file that was cut off all that it holds, of one that is
 *    damaged all but the portion of 4 KiB that the damage is found in.
 *
 * @throws Error of zlib where the content is cut off or damaged
 */
export async function* unpack(chunks: AsyncIterable<Buffer>, packing: Packing): AsyncGenerator<Buffer> {
  let engine = new Engine(packing);
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += PORTION) {
        let rest = chunk.subarray(at, at + PORTION);
        while (rest.length > 0) {
          if (engine.isOver) engine = new Engine(packing);
          rest = await engine.write(rest);
          yield* engine.take();
          if (engine.failure) throw engine.failure;
        }
      }
    }
    if (!engine.isOver) await engine.end();
    yield* engine.take();
    if (engine.failure) throw engine.failure;
  } finally {
    engine.close();
  }
}

/** A stream of zlib, as one that is written to and waited for: read as a stream it drops what it holds when it fails. */
class Engine {
  readonly #stream;
  #out: Buffer[] = [];
  #failure: Error | undefined;
  #isOver = false;
  #settle: () => void = () => undefined;

  constructor(packing: Packing) {
    this.#stream =
      packing === 'gzip' ? createGunzip({ chunkSize: OUTPUT }) : createZstdDecompress({ chunkSize: OUTPUT });
    this.#stream.on('data', (bytes: Buffer) => this.#out.push(bytes));
    this.#stream.on('error', (error) => {
      this.#failure = error;
      this.#settle();
    });
    this.#stream.on('end', () => {
      this.#isOver = true;
      this.#settle();
    });
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** It takes no more: its frame has ended, and another begins. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What has been unpacked since the last call. */
  take(): readonly Buffer[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** Resolves when the bytes are unpacked, to those behind the frame's end, which zlib's stream leaves alone. */
  async write(bytes: Buffer): Promise<Buffer> {
    const before = this.#stream.bytesWritten;
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      this.#stream.write(bytes, () => resolve());
    });
    if (!this.#isOver) return bytes.subarray(bytes.length);
    return bytes.subarray(this.#stream.bytesWritten - before);
  }

  /** Nothing more comes. */
  async end(): Promise<void> {
    if (this.#failure) return;
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      this.#stream.end();
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}
