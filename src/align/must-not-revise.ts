import { ForetideError } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';

/**
 * For a stage that cannot take back what it has told.
 *
 * @param stage its name
 * @throws ForetideError PIPELINE_INVALID where late readings are taken in
 */
export function mustNotRevise(memory: Memory, stage: string): void {
  if (memory.images === 0) return;
  throw new ForetideError('PIPELINE_INVALID', {
    what: `The stage ${stage} cannot take back what it has told, as late readings would have it`,
    expected: 'no align.grace',
    got: 'one',
    where: stage,
    todo: 'Set align.grace to none, or use a pipeline without this stage, such as live-forecast.',
  });
}
