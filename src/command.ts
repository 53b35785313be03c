import { z } from 'zod';

/** An act of an operator, or the passing of time, that a partition's state and outputs depend on beside its records. */
export const Command = z.discriminatedUnion('kind', [
  z.strictObject({
    /** Nothing has come for a while: event time has gone on to `time`, ms, all the same. */
    kind: z.literal('tick'),
    time: z.number(),
  }),
]);
export type Command = z.output<typeof Command>;

/**
 * A command as it took effect: a partition's outputs and state are a function of its records and of these, in order. It is made durable in the
 * commit that its effects are part of.
 */
export const LoggedCommand = z.strictObject({
  /** Its place among the commands of its partition: 1, 2, … without a hole. */
  number: z.int().min(1),
  /** The source offset that it took effect before: after every record of a smaller one. */
  before: z.int().min(0),
  command: Command,
});
export type LoggedCommand = z.output<typeof LoggedCommand>;
