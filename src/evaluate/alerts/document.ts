import type { AlertRules } from '../../alert/machine.ts';
import type { RunSettings } from '../../config/run-settings.ts';
import { ForetideError } from '../../errors.ts';
import { type Labels, failuresOf } from './labels.ts';
import { type AlertCase, type AlertScores, outcomesOf, raiseFor, scoreAlerts } from './score.ts';
import type { AlertWatch } from './watch.ts';

/** How the alerts of a pipeline did, as a document: what `foretide evaluate --anomalies --json` prints. Times are ISO 8601, durations seconds. */
export interface AlertDocument {
  readonly schema: 1;
  readonly pipeline: string;
  readonly raise: number;
  readonly all: AlertScores;
  readonly bySeries: readonly (AlertScores & { readonly name: string })[];
  readonly windows: readonly {
    readonly series: string;
    readonly from: string;
    readonly to: string;
    /** Of the first alert in it; null where there was none. */
    readonly alertAt: string | null;
    /** From the beginning of the window to that alert, and from that to the end of the window, s. */
    readonly after: number | null;
    readonly beforeEnd: number | null;
  }[];
  /** What keeps the budget, where one was given; `raise` is null where nothing does. */
  readonly budget: { readonly perWeekAnd100: number; readonly raise: number | null } | null;
}

/** What is told of. */
export interface AlertDocumentParts {
  readonly pipeline: string;
  readonly watch: AlertWatch;
  readonly labels: Labels | undefined;
  /** Files of the input, by partition. */
  readonly paths: readonly string[];
  readonly rules: AlertRules;
  readonly budget: number | undefined;
}

/** @throws ForetideError SETTINGS_INVALID where the pipeline gives no alerts */
export function alertDocument({
  pipeline,
  watch,
  labels,
  paths,
  rules,
  budget,
}: AlertDocumentParts): AlertDocument {
  if (!watch.sees) throw noAlerts(pipeline);
  const cases: AlertCase[] = watch.all.map((watched) => ({
    watched,
    windows: labels ? failuresOf(labels, watched.series, paths[watched.partition]) : [],
    alerts: watched.turns
      .filter(({ turn, isMuted }) => turn === 'firing' && !isMuted)
      .map(({ time }) => time),
  }));
  const iso = (time: number): string => new Date(time).toISOString();
  return {
    schema: 1,
    pipeline,
    raise: rules.raise,
    all: scoreAlerts(cases),
    bySeries: cases.map((one) => ({ name: one.watched.series, ...scoreAlerts([one]) })),
    windows: outcomesOf(cases).map(({ series, from, to, alertAt }) => ({
      series,
      from: iso(from),
      to: iso(to),
      alertAt: alertAt === null ? null : iso(alertAt),
      after: alertAt === null ? null : (alertAt - from) / 1000,
      beforeEnd: alertAt === null ? null : (to - alertAt) / 1000,
    })),
    budget:
      budget === undefined ? null : { perWeekAnd100: budget, raise: raiseFor(watch.all, rules, budget) },
  };
}

/** The rules of a pipeline's alerts. @throws ForetideError SETTINGS_INVALID where it has none */
export function rulesOf(pipeline: string, settings: RunSettings): AlertRules {
  const alerts: unknown = Reflect.get(settings, 'alerts');
  if (alerts === undefined) throw noAlerts(pipeline);
  return alerts as AlertRules;
}

function noAlerts(pipeline: string): ForetideError {
  return new ForetideError('SETTINGS_INVALID', {
    what: 'The pipeline gives no alerts',
    expected: 'one with the stages judge and alert, and settings `alerts`',
    got: pipeline,
    where: '--pipeline',
    todo: 'Leave --pipeline out for anomaly-alerts.',
  });
}
