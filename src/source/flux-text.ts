const SPECIAL = /["\\$\u0000-\u001f\u007f]/g; // eslint-disable-line no-control-regex

/**
 * A text as a string literal of Flux that is that text and nothing else.
 *
 * (The client's own `flux` lets `$${` through, after which the rest of the text would be code.)
 *
 * @see https://docs.influxdata.com/flux/v0/spec/lexical-elements/#string-literals
 */
export function fluxText(text: string): string {
  return `"${text.replace(SPECIAL, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}
