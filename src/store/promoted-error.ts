import { ForetideError } from '../errors.ts';
import type { Promoted } from './meaning.ts';

/** STATE_MISMATCH: the state goes on from other settings that a promotion has put over those that were given. */
export class PromotedError extends ForetideError {
  readonly promoted: Promoted;

  /** @param where for messages */
  constructor(promoted: Promoted, where: string) {
    super('STATE_MISMATCH', {
      what: 'The state is of other settings, which were promoted over these',
      got: JSON.stringify(promoted.over).slice(0, 200),
      where,
      todo: 'Start it with foretide run, which follows them; or make them the settings.',
    });
    this.promoted = promoted;
  }
}
