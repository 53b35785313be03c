/** Readings while a frame is being decoded: growing columns. */
export class Readings {
  /** Numbers in a reading. */
  readonly channels: number;
  /** [length] names. */
  readonly series: string[] = [];
  /** [length] event times, ms. */
  readonly time: number[] = [];
  /** Index of the record in its batch that each reading came from. */
  readonly record: number[] = [];
  /** [length × channels] NaN: the channel was not observed. */
  readonly value: number[] = [];
  /** The record that is being decoded, set by the caller of the decoder. */
  current = 0;

  constructor(channels: number) {
    this.channels = channels;
  }

  get length(): number {
    return this.series.length;
  }

  /**
   * Adds a reading of one channel. The caller has checked all three with `seriesFault`, `timeFault`, `Number.isFinite`.
   *
   * @param time event time, ms
   * @param value in the series' units
   */
  add(series: string, time: number, value: number): void {
    this.series.push(series);
    this.time.push(time);
    this.record.push(this.current);
    this.value.push(value);
  }

  /**
   * Adds a reading of several channels.
   *
   * @param time event time, ms
   * @param values [channels] NaN for one that was not observed
   */
  addAll(series: string, time: number, values: readonly number[]): void {
    this.series.push(series);
    this.time.push(time);
    this.record.push(this.current);
    for (const value of values) this.value.push(value);
  }

  /** Removes those from index `from` on that the test does not want. */
  keep(from: number, isWanted: (series: string, time: number) => boolean): void {
    const { channels } = this;
    let kept = from;
    for (let r = from; r < this.length; r++) {
      if (!isWanted(this.series[r]!, this.time[r]!)) continue;
      this.series[kept] = this.series[r]!;
      this.time[kept] = this.time[r]!;
      this.record[kept] = this.record[r]!;
      for (let c = 0; c < channels; c++) this.value[kept * channels + c] = this.value[r * channels + c]!;
      kept++;
    }
    this.truncate(kept);
  }

  /** Removes all but the first `length` readings. */
  truncate(length: number): void {
    this.series.length = length;
    this.time.length = length;
    this.record.length = length;
    this.value.length = length * this.channels;
  }
}

const FORBIDDEN = /[\u0000-\u001f\u007f]/; // eslint-disable-line no-control-regex

/**
 * What is wrong with the name of a series, or undefined. InfluxDB and Kafka keys need it non-empty, at most 256 bytes, without
 * control characters or lone surrogates, and not ending in a backslash (no client escapes that one in a tag).
 */
export function seriesFault(name: string): string | undefined {
  if (name.length === 0) return 'expected a name, got an empty one';
  if (name.length > 256 || (name.length > 64 && Buffer.byteLength(name) > 256))
    return 'expected at most 256 bytes, got more';
  if (FORBIDDEN.test(name)) return 'expected no control characters, got some';
  if (name.endsWith('\\')) return 'expected no backslash at the end, got one';
  if (!name.isWellFormed()) return 'expected well-formed Unicode, got a lone surrogate';
  return undefined;
}

/** The instants that InfluxDB can hold: signed 64-bit nanoseconds, in ms. */
const EARLIEST = -9_223_372_036_854;
const LATEST = 9_223_372_036_854;

/** What is wrong with a time in ms, or undefined. */
export function timeFault(time: number): string | undefined {
  if (!Number.isFinite(time)) return 'expected a time, got none';
  if (time < EARLIEST || time > LATEST)
    return `expected a time between the years 1677 and 2262, got ${time} ms`;
  return undefined;
}
