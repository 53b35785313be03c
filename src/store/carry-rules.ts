/**
 * What of a state may go on under other settings, by the names of slots and the paths of settings. It is written down here, for equal shapes do
 * not say that numbers mean the same: three horizons take as much room as three others.
 */

/** Slots whose numbers make sense together only. */
export interface SlotGroup {
  readonly name: string;
  /** What these numbers are, for messages. */
  readonly about: string;
  /** Slots with one of these names, and those whose names begin with one and a dot. The longest name that fits counts. */
  readonly slots: readonly string[];
  /** Groups without which the numbers mean nothing: where one of them is not carried, this is not either. */
  readonly needs: readonly string[];
  /** Whether the stage knows what to do with slots of zeros beside others that are not: then such ones may come to it. */
  readonly mayGrow?: boolean;
  /** They repeat the other slots as they were, in the layout of then: they never go over. */
  readonly isImage?: boolean;
}

/** Slots that are always carried: what keeps order, identities and counts, and so what must never be taken up anew. */
export const ALWAYS: readonly string[] = [
  'account',
  'account.early',
  'watermark',
  'clock',
  'commands',
  'align.last',
  'issued.target',
];

/** Begins anew with whatever is another: sums over outputs of two meanings are those of no run. */
export const DIGEST_GROUP = 'digest';

const ALERTS_LATE = ['alert.orders', 'alert.silence'] as const;
const READOUTS = ['readout', 'readout.short', 'readout.loose', 'readout.cell', 'readout.both'] as const;

/** In the order in which they need one another. Slots that belong to none of them, of stages of your own, are carried where all others are. */
export const GROUPS: readonly SlotGroup[] = [
  group('align', 'intervals that are open, sampling steps', ['align'], [], true),
  group('scale', 'means and spreads that values are standardised by', ['scale'], []),
  // a cell that learns begins as the model's: where it comes to it, h and C go on; where it goes, they are those of other weights
  group('cell', 'h and C, weights of the cells that learn', ['cell', 'own'], ['scale'], true),
  group(
    'past',
    'units, the last steps, usual days and weeks',
    ['base', 'past', 'profile', 'feature', 'teachers'],
    [],
  ),
  group('season', 'periods that were found', ['season'], ['past'], true),
  group('readout', 'weights learned on features', ['readout'], ['past']),
  group('readout.short', 'weights learned on few features', ['readout.short'], ['past']),
  group('readout.loose', 'weights learned on loose features', ['readout.loose'], ['past']),
  group('readout.cell', 'weights learned on h', ['readout.cell'], ['past', 'cell']),
  group('readout.both', 'weights learned on features and h', ['readout.both'], ['past', 'cell']),
  // an expert on h that begins anew says little, and loses its weight as it errs; one on features is trusted too much for that
  group('mixture', 'how well each expert has done', ['mixture'], ['past', 'readout', 'readout.both']),
  group('band', 'widths of the bands', ['band'], ['past']),
  group(
    'issued',
    'forecasts whose targets are still to come',
    ['issued'],
    ['past', 'cell', 'mixture', 'band', ...READOUTS],
  ),
  group('score', 'errors and coverage by horizon', ['score'], ['past', 'cell', 'mixture', 'band']),
  group('score.standing', 'whether coverage is within its tolerance', ['score.standing'], ['score']),
  group('drift', 'usual sizes of the errors', ['drift'], ['past', 'cell', 'mixture']),
  group('surprise', 'how rare errors are', ['surprise'], ['past', 'cell', 'mixture', 'band']),
  group('joint', 'how rare errors of several channels are together', ['joint'], ['surprise']),
  group('jump', 'how rare changes are', ['jump'], []),
  group('flatline', 'how rare repetitions are', ['flatline'], []),
  group('novelty', 'what each series has been like, and when', ['novelty'], []),
  group('silence', 'how long the gaps of each series are', ['silence'], []),
  group(
    'silence.late',
    'readings before which late ones may come',
    ['silence.waiting', 'silence.newest'],
    ['silence'],
  ),
  group('series', 'when something of each series last came', ['series'], [], true),
  group('alert', 'alerts that are pending or firing, mutes, feedback', ['alert'], []),
  group('alert.late', 'alerts of silence by themselves, mutes and feedback with their times', ALERTS_LATE, [
    'alert',
  ]),
  group('commands.topic', 'places in topics of commands', ['commands.topic'], []),
  group(DIGEST_GROUP, 'sums over outputs', ['digest'], []),
  { ...group('late', 'what late readings are taken in by', ['late', 'image'], []), isImage: true },
];

/** What another value of a setting does. */
export interface SettingRule {
  readonly path: string;
  /** Groups whose numbers mean something else from then on; `refuse`: with such another value nothing can be carried over. */
  readonly renews: readonly string[] | 'refuse';
  /** A slot: where there is one, before or now, nothing can be carried over either. */
  readonly refusedWith?: string;
}

/**
 * The rule with the longest path that a changed setting lies at or below counts. `forecast.profile`, `forecast.learn` and `forecast.yearly` have no
 * meaning beside that which the slots show.
 */
const RULES: readonly SettingRule[] = [
  { path: '', renews: 'refuse' },
  { path: 'input', renews: 'refuse' },
  { path: 'maxStateBytes', renews: [] },
  { path: 'series', renews: [] },
  { path: 'model.name', renews: [] },
  // on another grid what has gone out might go out again, as the beginning of an interval
  { path: 'align', renews: 'refuse' },
  { path: 'align.every', renews: ['cell', 'past', 'jump'], refusedWith: 'align.bucket' },
  { path: 'align.grace', renews: [] },
  { path: 'align.graceReadings', renews: [] },
  { path: 'align.gaps', renews: [] },
  { path: 'align.decay', renews: [] },
  { path: 'align.gapLimit', renews: [] },
  { path: 'scale', renews: ['scale'] },
  { path: 'scale.window', renews: [] },
  { path: 'forecast', renews: ['cell', 'past', 'jump', 'flatline', 'novelty'] },
  { path: 'forecast.targets', renews: ['cell', 'past', 'jump', 'flatline', 'novelty'] },
  { path: 'forecast.weights', renews: ['cell', 'past'] },
  { path: 'forecast.profile', renews: [] },
  { path: 'forecast.learn', renews: [] },
  { path: 'forecast.yearly', renews: [] },
  { path: 'forecast.learnFrom', renews: [] },
  { path: 'forecast.onDrift', renews: [] },
  { path: 'forecast.coverageTolerance', renews: [] },
  { path: 'forecast.bandRate', renews: [] },
  { path: 'forecast.calendar', renews: ['past'] },
  { path: 'forecast.horizons', renews: [...READOUTS, 'mixture', 'band'] },
  { path: 'forecast.season', renews: [...READOUTS, 'mixture', 'score'] },
  { path: 'forecast.level', renews: ['band'] },
  { path: 'forecast.levels', renews: ['band'] },
  { path: 'forecast.store', renews: ['score.standing'] },
  { path: 'alerts', renews: [] },
  { path: 'novelty', renews: ['novelty'] },
  { path: 'novelty.threshold', renews: [] },
];

/** What another model does. */
export const MODEL_RENEWS: readonly string[] = ['cell'];

/** What another value at this path does. */
export function ruleOf(path: string): SettingRule {
  const fitting = RULES.filter((rule) => rule.path === '' || isWithin(path, rule.path));
  return fitting.toSorted((a, b) => b.path.length - a.path.length)[0]!;
}

/** The group that a slot belongs to; undefined for those that are always carried. */
export function groupOf(slot: string): SlotGroup | undefined {
  if (ALWAYS.includes(slot)) return undefined;
  const fitting = GROUPS.flatMap((one) =>
    one.slots.filter((name) => isWithin(slot, name)).map((name) => ({ one, length: name.length })),
  );
  const known = fitting.toSorted((a, b) => b.length - a.length)[0]?.one;
  const name = slot.split('.', 1)[0]!;
  return (
    known ??
    group(
      name,
      'of a stage of your own',
      [name],
      GROUPS.map((one) => one.name),
    )
  );
}

/** Whether a dotted name is this one or lies below it. */
function isWithin(name: string, of: string): boolean {
  return name === of || name.startsWith(`${of}.`);
}

function group(
  name: string,
  about: string,
  slots: readonly string[],
  needs: readonly string[],
  mayGrow = false,
): SlotGroup {
  return { name, about, slots, needs, mayGrow };
}
