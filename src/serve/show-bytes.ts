import type { ShownBytes } from './pipeline-facts.ts';

/** Bytes that are shown, at most. */
const MOST = 600;

/** The beginning of a record as text where it is UTF-8, else as pairs of hexadecimal digits. Control characters are shown as signs of their own. */
export function showBytes(bytes: Uint8Array): ShownBytes {
  const first = bytes.subarray(0, MOST);
  const isCut = bytes.length > first.length;
  const text = textOf(first, isCut);
  return text === undefined
    ? {
        form: 'hex',
        shown: Buffer.from(first)
          .toString('hex')
          .replace(/(..)(?!$)/g, '$1 '),
        bytes: bytes.length,
        isCut,
      }
    : { form: 'text', shown: text, bytes: bytes.length, isCut };
}

function textOf(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    // a character at the cut may be incomplete: a stream leaves it out
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
    // control characters but line feed and tabulator, and what turns the direction of writing
    const controls = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
    if ((text.match(controls)?.length ?? 0) > text.length / 10) return undefined;
    return text.replace(controls, '\ufffd');
  } catch {
    return undefined;
  }
}
