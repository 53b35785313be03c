import { distance } from 'fastest-levenshtein';

/** The value beside the word that is closest to what was written, capitals or not; the first of several. */
export function closestOf(
  written: string,
  words: readonly (readonly [word: string, value: string])[],
): string {
  const wanted = written.toLowerCase();
  let [near, least] = ['', Infinity];
  for (const [word, value] of words) {
    const away = distance(wanted, word.toLowerCase());
    if (away < least) [near, least] = [value, away];
  }
  return near;
}
