import { cosTurns, sinTurns } from '../maths/turns.ts';

const DAY = 86_400_000;

/**
 * Writes X_t of one reading: z of each channel, then sin and cos of the time of day (UTC). What a model is trained on and what it is
 * served with come from here.
 *
 * @param out receives channels + 2 float32 from index `to` on
 * @param z [rows × channels] standardised values
 * @param row which of these rows
 * @param time event time of the reading, ms
 */
export function writeInputs(
  out: Float32Array,
  to: number,
  z: Float32Array,
  row: number,
  channels: number,
  time: number,
): void {
  for (let c = 0; c < channels; c++) out[to + c] = z[row * channels + c]!;
  const turns = time / DAY;
  out[to + channels] = sinTurns(turns);
  out[to + channels + 1] = cosTurns(turns);
}
