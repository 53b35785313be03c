import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { ForetideError } from '../errors.ts';

/** The environment variable that has the token where the settings name no other place. */
export const TOKEN_VARIABLE = 'FORETIDE_PAGE_TOKEN';

/** Fewer characters could be found by trying. */
const LEAST = 16;

/** What can stand in a header. */
const CHARACTERS = /^[\x21-\x7e]+$/;

/**
 * The token that requests to the page must know. It is held as hashes alone, and compared in constant time: how long an answer takes tells nothing
 * of it.
 */
export class PageToken {
  readonly #hash: Buffer;
  readonly #cookieHash: Buffer;
  /** What a browser keeps that has shown the token once: not the token, and the same in each process that has it. */
  readonly cookie: string;

  /**
   * @param where it comes from, for the message
   * @throws ForetideError SETTINGS_INVALID where it is short, or cannot stand in a header
   */
  constructor(token: string, where = 'page.token') {
    if (token.length < LEAST || !CHARACTERS.test(token)) {
      throw new ForetideError('SETTINGS_INVALID', {
        what: 'The token of the page is none that protects it',
        expected: `at least ${LEAST} letters, digits and signs, without spaces`,
        got: `${token.length} characters (not shown)`,
        where,
        todo: 'Make one, e.g. with `openssl rand -hex 32`',
      });
    }
    this.cookie = createHmac('sha256', token).update('foretide page').digest('base64url');
    this.#hash = hashOf(token);
    this.#cookieHash = hashOf(this.cookie);
  }

  /** Whether a request that says `Authorization: Bearer` or `?token=` knows the token. */
  isToken(given: string): boolean {
    return timingSafeEqual(hashOf(given), this.#hash);
  }

  isCookie(given: string): boolean {
    return timingSafeEqual(hashOf(given), this.#cookieHash);
  }
}

/** SHA-256: of one length, whatever was given. */
function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
