import type { Command } from '../command.ts';
import { ForetideError } from '../errors.ts';
import { Task, type TaskParts } from '../run/task.ts';
import type { Batch } from '../source/source.ts';
import type { FrameTaps } from './frame-taps.ts';
import type { HeldState } from './held-state.ts';
import { HeldStore } from './held-stores.ts';
import { PairedScores } from './paired-scores.ts';

/**
 * A second task that runs along with that of a partition: it takes in the same records and commands, has a Memory and a topology of its own, writes nothing,
 * and is scored on the same targets.
 */
export class Shadow {
  readonly task: Task;
  readonly scores: PairedScores;
  readonly #live: Task;
  readonly #taps: FrameTaps;
  #failure: unknown;

  private constructor(live: Task, task: Task, taps: FrameTaps) {
    this.task = task;
    this.scores = new PairedScores(task.partition);
    this.#live = live;
    this.#taps = taps;
    taps.on(live.memory, (frame) => this.#look(() => this.scores.take(0, frame)));
    taps.on(task.memory, (frame) => this.#look(() => this.scores.take(1, frame)));
  }

  /**
   * @param live of which everything is committed
   * @param held the state to begin with, of the same position
   * @param parts of the second task; nothing of its outputs goes anywhere
   */
  static async open(live: Task, held: HeldState, parts: TaskParts, taps: FrameTaps): Promise<Shadow> {
    const own = { ...parts, store: new HeldStore(held), sink: undefined, deadLetters: undefined };
    return new Shadow(live, await Task.open(live.partition, own), taps);
  }

  /** Takes in what the live task has taken in. @throws whatever a stage or the scoring throws: it is of no more use then */
  async push(batch: Batch): Promise<void> {
    this.task.push(batch);
    await this.#settle();
  }

  /** Obeys what the live task has obeyed. @throws as `push` */
  async command(command: Command): Promise<void> {
    if (command.kind === 'rewind') throw rewound(command.series);
    this.task.command(command);
    await this.#settle();
  }

  close(): void {
    this.#taps.off(this.#live.memory);
    this.#taps.off(this.task.memory);
    this.task.close();
  }

  async #settle(): Promise<void> {
    await this.task.commit();
    this.#look(() => this.scores.settle());
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The live task must not suffer from what goes wrong here. */
  #look(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failure ??= error;
    }
  }
}

/** The row that a rewind puts in place is of what runs, not of this. */
function rewound(series: string): ForetideError {
  return new ForetideError('COMMAND_REFUSED', {
    what: 'A series was put back, which the candidate cannot follow',
    got: series,
    todo: 'Begin the candidate again.',
  });
}
