const CONTROL = /[\u0000-\u001f\u007f]/; // eslint-disable-line no-control-regex
/** What means something in an expression, or ends it; a backslash before it takes that away. Before others Flux refuses one. */
const MEANING = /[\\.+*?()|[\]{}^$/]/;

/**
 * A regular expression of Flux that fits the names that a pattern fits in which `*` stands for any text.
 *
 * Flux itself reads `\/` and `\xHH` of what stands between the slashes, and leaves the rest to the expressions of Rust and Go.
 *
 * @see https://docs.influxdata.com/flux/v0/spec/lexical-elements/#regular-expression-literals and https://github.com/google/re2/wiki/Syntax
 */
export function fluxGlob(pattern: string): string {
  const parts = pattern.split('*').map((part) => Array.from(part, literal).join(''));
  return `/^(?s:${parts.join('.*')})$/`;
}

function literal(char: string): string {
  if (CONTROL.test(char)) return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return MEANING.test(char) ? `\\${char}` : char;
}
