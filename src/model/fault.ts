import { type ErrorFacts, ForetideError } from '../errors.ts';

const WRITE_AGAIN =
  'The file is damaged, or no safetensors file: write it again, with saveModel or safetensors.torch.save_file.';

/** The error of a model file that cannot be used: MODEL_INVALID. */
export function modelFault(facts: ErrorFacts): ForetideError {
  return new ForetideError('MODEL_INVALID', { todo: WRITE_AGAIN, ...facts });
}

/** `[64, 3]`; at most eight sizes of it. */
export function shownShape(shape: readonly number[]): string {
  return `[${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', …' : ''}]`;
}
