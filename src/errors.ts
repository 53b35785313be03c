/** Every code an error of Foretide can carry. The prose may change between versions; the codes do not. */
export type ErrorCode =
  | 'SETTINGS_INVALID'
  | 'PIPELINE_NOT_FOUND'
  | 'PIPELINE_INVALID'
  | 'SECRET_MISSING'
  | 'FILE_UNREADABLE'
  | 'FILE_FORMAT'
  | 'FILE_UNWRITABLE'
  | 'TOPOLOGY_NOT_SYNCHRONOUS'
  | 'COMMAND_REFUSED'
  | 'ACCOUNT_UNBALANCED'
  | 'SLOT_CONFLICT'
  | 'MEMORY_SEALED'
  | 'MEMORY_EXHAUSTED'
  | 'STATE_MISMATCH'
  | 'STATE_CORRUPT'
  | 'STORE_LOCKED'
  | 'STORE_FAILED'
  | 'STORE_UNSETTLED'
  | 'OUTPUT_IDENTITY'
  | 'MODEL_INVALID'
  | 'KERNEL_MISSING'
  | 'TRAINING_DATA'
  | 'TRAINING_FAILED'
  | 'KAFKA_UNREACHABLE'
  | 'KAFKA_TOPIC'
  | 'KAFKA_GAP'
  | 'KAFKA_CRASHED'
  | 'KAFKA_STALLED'
  | 'INFLUX_UNREACHABLE'
  | 'INFLUX_UNAUTHORIZED'
  | 'INFLUX_NOT_FOUND'
  | 'INFLUX_REJECTED'
  | 'REGISTRY_UNREACHABLE'
  | 'REGISTRY_UNAUTHORIZED'
  | 'REGISTRY_REJECTED'
  | 'SCHEMA_CHANGED'
  | 'SCHEMA_LIMIT'
  | 'ROUTE_REFUSED'
  | 'ROUTE_UNREACHABLE'
  | 'SERIES_UNKNOWN'
  | 'ADDRESS_IN_USE';

/** What an error tells: data first, prose last. */
export interface ErrorFacts {
  /** What happened, as one sentence without a full stop. */
  readonly what: string;
  /** What should have been there, as it would be written. */
  readonly expected?: string;
  /** What was there. */
  readonly got?: string;
  /** topic/partition@offset, file:line or settings path. */
  readonly where?: string;
  /** What the reader can do about it. */
  readonly todo?: string;
  /** Whether doing the same again may succeed. Default false. */
  readonly canRetry?: boolean;
  /** The error that this one came of. */
  readonly cause?: unknown;
}

/**
 * The one error class of Foretide: `code` for programs, `message` for people.
 *
 * @example
 * throw new ForetideError('FILE_FORMAT', { what: 'No such column', expected: 'one of a, b', got: 'c', where: 'x.csv:1' });
 */
export class ForetideError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, facts: ErrorFacts) {
    super(sentence(facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'ForetideError';
    this.code = code;
    this.facts = facts;
  }

  /** Whether doing the same again may succeed. */
  get canRetry(): boolean {
    return this.facts.canRetry ?? false;
  }
}

function sentence({ what, expected, got, where, todo }: ErrorFacts): string {
  const contrast = [expected && `expected ${expected}`, got && `got ${got}`].filter(Boolean).join(', ');
  return `${what}${contrast && `: ${contrast}`}${where ? ` (at ${where})` : ''}${todo ? `. ${todo}` : ''}`;
}
