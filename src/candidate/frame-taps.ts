import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Pipeline } from '../pipeline.ts';

/** Lets somebody look at the frames of single tasks, by their Memory. What comes out of the tasks is what it was. */
export class FrameTaps {
  /** To make tasks from. */
  readonly pipeline: Pipeline;
  readonly #taps = new Map<Memory, (frame: Frame) => void>();

  constructor(pipeline: Pipeline) {
    this.pipeline = {
      ...pipeline,
      topology: (settings, parts) => pipeline.topology(settings, parts),
      records: (frame, settings, parts) => {
        this.#taps.get(parts.memory)?.(frame);
        return pipeline.records(frame, settings, parts);
      },
    };
  }

  /** @param look must not throw */
  on(memory: Memory, look: (frame: Frame) => void): void {
    this.#taps.set(memory, look);
  }

  off(memory: Memory): void {
    this.#taps.delete(memory);
  }
}
