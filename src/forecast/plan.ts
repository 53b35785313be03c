import { ForetideError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import type { ForecastSettings } from './settings.ts';

/** What is forecast of every series: settings and model, put together. */
export interface Plan {
  /** Channels that are forecast. Where state and forecasts speak of a channel, it is a place among these. */
  readonly channels: number;
  /** [channels] their places in a reading, ascending. */
  readonly targets: readonly number[];
  /** Steps ahead, ascending; Q of them. */
  readonly horizons: readonly number[];
  /** The last of them. */
  readonly farthest: number;
  /** Coverages of the bands, ascending; B of them. */
  readonly levels: readonly number[];
  /** Place among the levels of the one that `lo` and `hi` stand for. */
  readonly main: number;
  readonly profile: 'light' | 'full';
  readonly learn: 'none' | 'head' | 'full';
  /** Whose the weights are that are learned. */
  readonly weights: 'series' | 'partition';
  /**
   * Whether the model's own head is one of the experts: that of a model which the user has trained. One from a seed has nothing to say, and that
   * of the package's model has not made forecasts of other recordings than its own better.
   */
  readonly asksModel: boolean;
}

/**
 * The plan of a pipeline. Channels that are known ahead are not forecast.
 *
 * @param known how many are: the last of a reading
 * @throws ForetideError SETTINGS_INVALID where a target is none of the other channels; where the model's head, which is to forecast on its own,
 *   does not look so far ahead; where a cell of several layers is to learn; where the drift of one series would loosen what all of them have
 *   learned
 */
export function planOf(
  model: Model,
  {
    profile,
    learn: scope,
    weights,
    onDrift,
    targets: names,
    horizons: chosen,
    level,
    levels: others,
  }: ForecastSettings,
  known: number,
): Plan {
  const horizons = chosen ? ascending(chosen) : Array.from({ length: model.horizon }, (_, i) => i + 1);
  const farthest = horizons.at(-1)!;
  const learn = scope ?? (profile === 'full' ? 'full' : 'head');
  if (learn === 'none' && farthest > model.horizon) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: "The model's head does not look so far ahead",
      expected: `horizons of at most ${model.horizon}`,
      got: String(farthest),
      where: 'forecast.horizons',
      todo: 'Leave these horizons out, set forecast.learn to head, or take a model that was trained for them.',
    });
  }
  if (learn === 'full' && model.layers.length > 1) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'A cell that learns has one layer',
      expected: 'model.layers 1',
      got: String(model.layers.length),
      where: 'forecast.learn',
      todo: 'Set forecast.learn to head, or take a model of one layer.',
    });
  }
  if (weights === 'partition' && onDrift === 'relearn') {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'The drift of one series would make all of them learn anew',
      expected: 'onDrift tell, where weights are shared',
      got: 'relearn',
      where: 'forecast.onDrift',
      todo: 'Set forecast.onDrift to tell, or forecast.weights to series.',
    });
  }
  const levels = ascending([...others, level]);
  const observed = model.channelNames.slice(0, model.channels - known);
  const targets = names ? targetsAmong(observed, names) : [...observed.keys()];
  return {
    channels: targets.length,
    targets,
    horizons,
    farthest,
    levels,
    main: levels.indexOf(level),
    profile,
    learn,
    weights,
    asksModel: learn !== 'none' && model.origin === 'file',
  };
}

/** Places of these names among the channels, ascending. */
function targetsAmong(channels: readonly string[], names: readonly string[]): readonly number[] {
  const unknown = names.filter((name) => !channels.includes(name));
  if (unknown.length === 0) return ascending(names.map((name) => channels.indexOf(name)));
  const isOne = channels.join() === '';
  throw new ForetideError('SETTINGS_INVALID', {
    what: isOne
      ? 'Targets are chosen among the channels of a reading, and these readings have one number each'
      : 'No such channel to forecast',
    expected: isOne ? 'no targets, or readings of several channels' : `some of ${channels.join(', ')}`,
    got: unknown.join(', '),
    where: 'forecast.targets',
    todo: isOne
      ? 'Leave it out, or name the fields by input.decode.values and set input.decode.channels.'
      : 'Name fields of input.decode.values.',
  });
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}
