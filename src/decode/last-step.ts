/** The last name of a dotted path. */
export function lastStep(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
