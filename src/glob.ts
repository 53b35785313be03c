/** Whether a name is of a pattern in which `*` stands for any text, also none. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (parts.length === 1) return pattern === name;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

/** A function that tells whether a name is of one of the patterns; those without a `*` are looked up, however many there are. */
export function nameTest(patterns: readonly string[]): (name: string) => boolean {
  const names = new Set(patterns);
  const globs = patterns.filter((pattern) => pattern.includes('*'));
  return (name) => names.has(name) || globs.some((pattern) => matches(pattern, name));
}
