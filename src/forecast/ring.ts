/** The place of h steps before the step at `place`; h < length. */
export function placeBefore(place: number, h: number, length: number): number {
  return place >= h ? place - h : place - h + length;
}

/** index % length, for whole numbers from 0 up: exact below 2^53, and several times faster than the engine's % of float64. */
export function ringPlace(index: number, length: number): number {
  return index - Math.floor(index / length) * length;
}
