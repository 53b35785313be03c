/** What must hold under faults, as the checks number it. */
export const PROMISES = {
  I1: 'every output is, in its order and its bytes, that of an undisturbed run',
  I2: 'every record has its results or one dead letter',
  I3: 'the state is, byte for byte, that of an undisturbed run',
  I4: "the group's offset is the position that the state was committed with",
  I5: 'InfluxDB holds the points of an undisturbed run and no others',
  I6: 'whoever reads committed records sees a prefix of what an undisturbed run gives',
  I7: 'the commits of a partition are numbered without a gap, and each goes on',
  I8: 'no transaction hangs',
  I9: 'the memory of the workers is bounded',
  live: 'the workers get to the end, and none gives up for good',
} as const;

/** A promise that was found broken. */
export class Violation extends Error {
  readonly promise: keyof typeof PROMISES;

  /** @param found the first thing that differs */
  constructor(promise: keyof typeof PROMISES, found: string) {
    super(`${promise} is broken (${PROMISES[promise]}): ${found}`);
    this.name = 'Violation';
    this.promise = promise;
  }
}
