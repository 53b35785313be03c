/** A target that was scored a step ahead, but for what is said otherwise. */
export const target = (time: number, more: object = {}) => ({
  row: 0,
  time,
  origin: time - 1,
  horizon: 1,
  y: 5,
  yhat: 3,
  lo: 4,
  hi: 6,
  last: 1,
  mean: 0,
  season: NaN,
  usualMove: 2,
  ...more,
});
