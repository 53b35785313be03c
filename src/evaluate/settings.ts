import { z } from 'zod';
import { explainIssues } from '../config/explain.ts';
import { ForetideError } from '../errors.ts';
import { LIMITS } from '../model/settings.ts';
import { RowRangeText, type RowRange } from './row-range.ts';

const Steps = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, 'expected a whole number of steps')
  .transform(Number);

/** How an evaluation scores, as its flags say it. */
export const ProtocolSettings = z.strictObject({
  horizons: z
    .array(Steps.pipe(z.number().max(LIMITS.horizon)))
    .min(1)
    .optional()
    .describe('Steps ahead that are scored; default: all that are forecast'),
  averageSteps: z
    .boolean()
    .default(false)
    .describe('true: the scores of horizon H are over all steps 1 to H, as the papers count'),
  season: z
    .union([z.literal('day'), Steps])
    .default('day')
    .describe('Steps after which the seasonal naive forecast repeats itself; day: as many as are in a day'),
  standardizeOn: RowRangeText.optional().describe(
    'Rows A..B: errors are divided by the standard deviation that each channel has there',
  ),
  validate: RowRangeText.optional().describe(
    'Rows A..B that are scored apart; without A from the end of standardizeOn on',
  ),
  score: RowRangeText.optional().describe(
    'Rows A..B whose values are the targets that are scored; default: all after those of validate',
  ),
});

/** How an evaluation scores. */
export interface Protocol {
  /** Ascending; undefined: all that are forecast. */
  readonly horizons: readonly number[] | undefined;
  readonly averageSteps: boolean;
  readonly season: number | 'day';
  readonly standardizeOn: RowRange | undefined;
  readonly validate: RowRange | undefined;
  readonly score: RowRange;
}

/**
 * The protocol that flags ask for.
 *
 * @throws ForetideError SETTINGS_INVALID with every fault at once
 */
export function protocolFrom(given: z.input<typeof ProtocolSettings>): Protocol {
  const result = ProtocolSettings.safeParse(given, { reportInput: true });
  if (!result.success) throw invalid(explainIssues(result.error.issues, ProtocolSettings));
  const { horizons, averageSteps, season, standardizeOn, validate, score } = result.data;
  const unit = standardizeOn && { from: standardizeOn.from ?? 0, to: standardizeOn.to };
  const validated = validate && { from: validate.from ?? after(unit), to: validate.to };
  const scored = { from: score?.from ?? after(validated), to: score?.to ?? Infinity };
  const faults = [
    ...(validated && validated.from > validated.to
      ? [`validate: expected rows after those of standardizeOn, got ..${validated.to}`]
      : []),
    ...(scored.from > scored.to ? [`score: expected rows after those of validate, got ..${scored.to}`] : []),
    ...(validated && validated.from <= scored.to && scored.from <= validated.to
      ? [`score: expected rows apart from those of validate, got ${scored.from}.. beside ..${validated.to}`]
      : []),
  ];
  if (faults.length > 0) throw invalid(faults);
  return {
    horizons: horizons && [...new Set(horizons)].toSorted((a, b) => a - b),
    averageSteps,
    season,
    standardizeOn: unit,
    validate: validated,
    score: scored,
  };
}

/** The first row after a range; 0 where there is none. */
function after(range: RowRange | undefined): number {
  return range ? range.to + 1 : 0;
}

function invalid(faults: readonly string[]): ForetideError {
  return new ForetideError('SETTINGS_INVALID', { what: `The flags do not fit\n  ${faults.join('\n  ')}\n` });
}
