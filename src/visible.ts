/**
 * What a terminal would take for a command, or would turn the order of the text by: control characters (C0 but for tab and line break, DEL, C1), and
 * the marks of Unicode that override the direction.
 *
 * @see https://unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
// oxlint-disable-next-line no-control-regex -- these are what it is about
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** The same, as they stand in JSON, which escapes C0; a pair of backslashes is not the beginning of an escape. */
// oxlint-disable-next-line no-control-regex -- these are what it is about
const HIDDEN_IN_JSON = /\\\\|\\u00[01][\da-f]|[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text for a terminal, of which parts came from somebody else (names of series, what a server said): it moves no cursor, hides nothing and sets no title.
 *
 * @example
 * visible('a\u001b[2Jb'); // 'a\\u001b[2Jb'
 */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, escaped);
}

/** The same of a line of JSON: what is parsed of it is visible. */
export function visibleJson(line: string): string {
  return line.replaceAll(HIDDEN_IN_JSON, (found) => {
    if (found === '\\\\') return found;
    return found.startsWith('\\') ? `\\${found}` : `\\${escaped(found)}`;
  });
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
