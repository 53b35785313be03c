import { matches } from '../glob.ts';
import type { MatchSettings } from './settings.ts';
import type { ToldAlert } from './told-alert.ts';

/** Whether an alert goes a route: severe enough, of its series, with its labels. */
export function isFor(
  { severity, series, labels }: MatchSettings,
  alert: Pick<ToldAlert, 'severity' | 'series' | 'labels'>,
): boolean {
  if (severity === 'critical' && alert.severity !== 'critical') return false;
  if (!matches(series, alert.series)) return false;
  return Object.entries(labels).every(([name, pattern]) => {
    const label = Object.hasOwn(alert.labels, name) ? alert.labels[name] : undefined;
    return label !== undefined && matches(pattern, label);
  });
}
