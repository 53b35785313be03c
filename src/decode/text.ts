import { isUtf8 } from 'node:buffer';

/** U+FFFD, which stands for bytes that are no UTF-8, and may also have been written on purpose. */
const REPLACEMENT = '\ufffd';

/**
 * The text that the bytes are, or undefined where they are not UTF-8, or longer than a string can be (about 512 MiB).
 *
 * A `TextDecoder` would drop a byte order mark and is no faster: an ASCII text cannot hold U+FFFD, and the engine knows that.
 */
export function textOf(bytes: Uint8Array): string | undefined {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const text = buffer.toString('utf8');
    return text.includes(REPLACEMENT) && !isUtf8(buffer) ? undefined : text;
  } catch {
    return undefined;
  }
}
