import type { DeadLetter } from '../../src/frame.ts';
import type { Points } from '../../src/sink/points.ts';
import type { Commit, Store } from '../../src/store/store.ts';

/** Takes one commit. */
export class OneCommit implements Store {
  readonly name = 'one commit';
  dead: readonly DeadLetter[] = [];
  points: readonly Points[] = [];

  open(): Promise<null> {
    return Promise.resolve(null);
  }

  commit({ dead, points }: Commit): Promise<void> {
    this.dead = dead;
    this.points = points;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
