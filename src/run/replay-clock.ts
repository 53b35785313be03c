/**
 * The clock of a replay: how far event time may have come by now. It runs `speed` times as fast as the wall clock, or without a limit, and
 * stands still while it is paused.
 *
 * What is handed over when depends on it, and nothing else: stages and tasks never see it.
 */
export class ReplayClock {
  #speed: number;
  #isPaused = false;
  /** Event time at `#wall`, ms; undefined before it has begun. */
  #event: number | undefined;
  /** ms of the wall clock */
  #wall = 0;

  /** @param speed ms of event time in a ms; Infinity: as fast as it goes */
  constructor(speed: number) {
    this.#speed = speed;
  }

  get speed(): number {
    return this.#speed;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Starts at this event time, unless it has begun before or is paused. */
  begin(event: number): void {
    if (this.#event !== undefined || this.#isPaused || event === -Infinity) return;
    this.stand(event);
  }

  /** Whether what is of this event time may be handed over; while it is paused, only what is before the time that it stands at. */
  isDue(time: number): boolean {
    if (this.#isPaused) return this.#event !== undefined && time < this.#event;
    if (this.#speed === Infinity || time === -Infinity) return true;
    return this.#event !== undefined && time <= this.#now(this.#event);
  }

  /** Wall time until this event time, ms; Infinity while it is paused. */
  wait(time: number): number {
    if (this.isDue(time)) return 0;
    return this.#isPaused || this.#event === undefined
      ? Infinity
      : (time - this.#now(this.#event)) / this.#speed;
  }

  /** Goes on from this event time. */
  stand(event: number): void {
    this.#event = event;
    this.#wall = performance.now();
  }

  /** Goes at least as far as this event time, without waiting. */
  reach(event: number): void {
    if (this.#event === undefined || this.#now(this.#event) < event) this.stand(event);
  }

  /** Goes on by this much event time, ms, without waiting. */
  skip(ms: number): void {
    if (this.#event !== undefined) this.stand(this.#now(this.#event) + ms);
  }

  pause(): void {
    this.#hold(this.#speed, true);
  }

  resume(): void {
    this.#hold(this.#speed, false);
  }

  go(speed: number): void {
    this.#hold(speed, this.#isPaused);
  }

  /** Another pace from where it stands. */
  #hold(speed: number, isPaused: boolean): void {
    if (this.#event !== undefined) this.stand(this.#now(this.#event));
    this.#speed = speed;
    this.#isPaused = isPaused;
  }

  /** Without a limit it stands where it was last told to. */
  #now(event: number): number {
    if (this.#isPaused || this.#speed === Infinity) return event;
    return event + (performance.now() - this.#wall) * this.#speed;
  }
}
