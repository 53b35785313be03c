/** The numbers in a seeded order (Fisher and Yates), in place. */
export function shuffle(numbers: Int32Array, random: () => number): Int32Array {
  for (let i = numbers.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!];
  }
  return numbers;
}
