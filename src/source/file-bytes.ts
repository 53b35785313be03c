import { open } from 'node:fs/promises';
import { ForetideError } from '../errors.ts';
import { filePath } from './file-path.ts';
import { isParquet } from './parquet-file.ts';
import { MAGIC_LENGTH, packingOf, unpack } from './unpacker.ts';

const CHUNK = 1 << 18;

/** The content of a file, unpacked where it is packed: its first bytes tell that, whatever it is called. Read once, from the beginning. */
export class FileBytes {
  readonly #path: string;
  #size = 0;
  /** Bytes of the file that were read. */
  #read = 0;
  /** Bytes of the content that were given. */
  #given = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Share of the file that lies before a place, 0 to 1; exact where it is not packed.
   *
   * @param place byte of the content, among those that were given
   */
  shareBefore(place: number): number {
    if (this.#size === 0 || this.#given === 0) return 0;
    return Math.min(1, ((this.#read / this.#size) * place) / this.#given);
  }

  /** @throws ForetideError FILE_FORMAT where a packed file is cut off or damaged, when all before that has been given */
  async *chunks(): AsyncGenerator<Buffer> {
    const file = await open(filePath(this.#path));
    try {
      this.#size = (await file.stat()).size;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC_LENGTH), 0, MAGIC_LENGTH, 0);
      if (await isParquet(file)) throw this.#parquet();
      const packing = packingOf(buffer.subarray(0, bytesRead));
      const raw = this.#raw(file);
      const content = packing ? unpack(raw, packing) : raw;
      for await (const chunk of content) {
        this.#given += chunk.length;
        yield chunk;
      }
    } catch (cause) {
      throw isOfZlib(cause) ? this.#broken(cause) : cause;
    } finally {
      await file.close();
    }
  }

  async *#raw(file: Awaited<ReturnType<typeof open>>): AsyncGenerator<Buffer> {
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, this.#read);
      if (bytesRead === 0) return;
      this.#read += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  #parquet(): ForetideError {
    return new ForetideError('FILE_FORMAT', {
      what: 'The file is Parquet, and read as text',
      where: this.#path,
      todo: 'Set input.decode.format to parquet.',
    });
  }

  #broken(cause: Error & { readonly code: string }): ForetideError {
    const isCutOff = cause.code === 'Z_BUF_ERROR';
    return new ForetideError('FILE_FORMAT', {
      what: isCutOff ? 'The packed file is cut off' : 'The packed file is damaged',
      got: cause.message,
      where: `${this.#path}, after ${this.#given} bytes of its content`,
      todo: 'Bring it anew, whole: a run that is started again then goes on behind what it has taken in.',
      cause,
    });
  }
}

/** Errors of zlib alone have codes like these: Z_DATA_ERROR, ZSTD_error_prefix_unknown. */
function isOfZlib(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^(Z_|ZSTD_)/.test(error.code)
  );
}
