/** The signals that ask a command to end. */
export const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
