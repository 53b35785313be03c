const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The number that a text is in plain decimal or scientific notation, or NaN. Stricter than `Number()`: no hexadecimal, no white
 * space, no `Infinity`, no empty text. The result is infinite where the number is too large for a float64.
 */
export function decimal(text: string): number {
  return DECIMAL.test(text) ? Number(text) : NaN;
}
