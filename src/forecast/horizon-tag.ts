/** How a horizon is written as a tag: `06`, `12`, `144`. */
export function horizonTag(h: number): string {
  return String(h).padStart(2, '0');
}
