import { z } from 'zod';

/** Offset of the record of the topic of commands that it came from; left out where it came another way. */
const from = z.int().min(0).optional();

/** An act of an operator, or the passing of time, that a partition's state and outputs depend on beside its records. */
export const Command = z.discriminatedUnion('kind', [
  z.strictObject({
    /** Nothing has come for a while: event time has gone on to `time`, ms, all the same. */
    kind: z.literal('tick'),
    time: z.number(),
  }),
  z.strictObject({
    /** Alerts of these series are told to nobody before `until`, ms of event time; of series that are known by now. */
    kind: z.literal('mute'),
    series: z.string().min(1),
    until: z.number(),
    from,
  }),
  z.strictObject({
    /** What a person says of an alert of a series: after false ones it takes more to raise another, after a true one no more than at first. */
    kind: z.literal('feedback'),
    series: z.string().min(1),
    isTrue: z.boolean(),
    from,
  }),
  z.strictObject({
    /**
     * A series goes on from another state: that which it would have without its readings of `left`, both ends included, ms. Stretches that earlier ones
     * left out stay out.
     */
    kind: z.literal('rewind'),
    series: z.string().min(1),
    left: z.tuple([z.number(), z.number()]),
    /** Its row in Memory. */
    state: z.base64(),
  }),
  z.strictObject({
    /** A record of the topic of commands that is none: it is not looked at again. */
    kind: z.literal('passed'),
    from: z.int().min(0),
  }),
]);
export type Command = z.output<typeof Command>;

/** What a person may give. */
export type PageCommand = Exclude<Command, { readonly kind: 'tick' | 'passed' | 'rewind' }>;

/** Offset in the topic of commands that a command came from, if it came from there. */
export function originOf(command: Command): number | undefined {
  return command.kind === 'tick' || command.kind === 'rewind' ? undefined : command.from;
}

/** A series' state is put to what it would be without a stretch of its readings. */
export type Rewind = Extract<Command, { readonly kind: 'rewind' }>;

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
