const PLACES = 1 << 14;
/** Bytes of a place: longer texts are not kept. */
const ROOM = 64;

/**
 * Texts of ASCII that come again and again, by their bytes: the same string each time, of which the engine knows the hash already. Up to
 * 16,384 are kept; of two that fall on one place the newer.
 */
export class InternedTexts {
  /** [places][room] the bytes of each text, side by side: they are found without a detour. */
  readonly #bytes = new Uint8Array(PLACES * ROOM);
  readonly #texts = Array.from({ length: PLACES }, () => '');

  of(bytes: Uint8Array, start: number, end: number): string {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const kept = this.#texts[place]!;
    if (kept.length === end - start && this.#stands(place, bytes, start, end)) return kept;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    if (text.length > ROOM) return text;
    this.#bytes.set(bytes.subarray(start, end), place * ROOM);
    this.#texts[place] = text;
    return text;
  }

  #stands(place: number, bytes: Uint8Array, start: number, end: number): boolean {
    const kept = this.#bytes;
    for (let at = start, k = place * ROOM; at < end; at++, k++) if (kept[k] !== bytes[at]) return false;
    return true;
  }
}
