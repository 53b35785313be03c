import { z } from 'zod';

const Names = z.array(z.string().min(1));

/** How series of one number become channels of one series. */
export const JoinSettings = z
  .strictObject({
    channels: Names.min(1).describe(
      'Series of one number become channels of one: what their names end in, in the order of the channels. With [load, temperature] the series plant-1/load is the channel load of plant-1',
    ),
    known: Names.default([]).describe(
      'Further channels whose readings come ahead of their time: tariffs, timetables, forecasts of the weather. They are inputs, at the time of a row and ahead of it, and are not forecast',
    ),
    separator: z
      .string()
      .min(1)
      .default('/')
      .describe('What stands before the name of the channel; the last one in a name counts'),
    wait: z
      .int()
      .min(0)
      .max(1000)
      .default(1)
      .describe(
        'Intervals that a row waits for channels that have not come: it goes out without them when another is more than so many ahead',
      ),
    ahead: z
      .int()
      .min(1)
      .max(10_000)
      .default(48)
      .describe('Intervals ahead for which values of `known` are kept'),
  })
  .superRefine(({ channels, known, separator }, context) => {
    const all = [...channels, ...known];
    const fault = (key: 'channels' | 'known', message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    const twice = all.find((name, i) => all.indexOf(name) !== i);
    if (twice !== undefined)
      fault(known.includes(twice) ? 'known' : 'channels', `expected each once, got ${twice} twice`);
    for (const key of ['channels', 'known'] as const) {
      const bad = { channels, known }[key].find((name) => name.includes(separator));
      if (bad !== undefined) fault(key, `expected names without the separator ${separator}, got ${bad}`);
    }
  });
export type JoinSettings = z.infer<typeof JoinSettings>;

/** Names of the channels of a joined series: those that are observed, then those that are known ahead. */
export function joinedChannels({ channels, known }: JoinSettings): readonly string[] {
  return [...channels, ...known];
}
