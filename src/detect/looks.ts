/** Of silent series: what is less rare is not told. */
export const LEAST = 1 / 6;
/** Time between two looks at them, ms of event time. */
export const LOOK_EVERY = 60_000;

/** A look at all series. */
export interface Look {
  /** Event time, ms. */
  readonly time: number;
  /** Row of the frame after which it fell; −1 in a frame without rows. */
  readonly after: number;
}
