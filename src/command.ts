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
    /**
     * The partition goes on with other settings or another model: with the state that a second task has come to, which ran along with it from `begin` on.
     * What the store holds from then on is of `fingerprint`.
     */
    kind: z.literal('promote'),
    /** What lies over the settings that the run was given; null: nothing does. */
    over: z.record(z.string(), z.unknown()).nullable(),
    /** Of the state that goes on, and of the one that it takes the place of. */
    fingerprint: z.string(),
    replaces: z.string(),
    begin: z.strictObject({
      /** Source offset that the second task began at; null: where the input began. */
      offset: z.int().min(0).nullable(),
      /** Commands that had taken effect by then. */
      commands: z.int().min(0),
      /**
       * What it began with. nothing: an empty state; carried: the partition's own of then, carried over as `store.onMismatch: migrate` does; kept: that
       * of this fingerprint that an earlier promotion has put aside.
       */
      with: z.enum(['nothing', 'carried', 'kept']),
    }),
  }),
  z.strictObject({
    /** A record of the topic of commands that is none: it is not looked at again. */
    kind: z.literal('passed'),
    from: z.int().min(0),
  }),
]);
export type Command = z.output<typeof Command>;

/** What a person may give. */
export type PageCommand = Exclude<Command, { readonly kind: 'tick' | 'passed' | 'rewind' | 'promote' }>;

/** Offset in the topic of commands that a command came from, if it came from there. */
export function originOf(command: Command): number | undefined {
  return 'from' in command ? command.from : undefined;
}

/** A series' state is put to what it would be without a stretch of its readings. */
export type Rewind = Extract<Command, { readonly kind: 'rewind' }>;

/** A partition goes on with other settings or another model. */
export type Promote = Extract<Command, { readonly kind: 'promote' }>;

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
