const SECONDS = /^\d+$/;

/**
 * The pause that a `Retry-After` header asks for, in ms; 0 where there is none or it cannot be read. It is a number of seconds or a date.
 * (The client takes the number for milliseconds and ignores the date.)
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfter(header: string | undefined, now: number = Date.now()): number {
  const text = header?.trim() ?? '';
  if (SECONDS.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
