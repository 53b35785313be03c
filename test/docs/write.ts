import { readFileSync, writeFileSync } from 'node:fs';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import liveForecast from '../../pipelines/live-forecast.ts';
import { metricsTable } from './metrics-table.ts';
import { settingsTable } from './settings-table.ts';

/** `npm run docs`: writes the parts of the README that are made from the code. `readme.test.ts` holds them against it. */
const readme = new URL('../../README.md', import.meta.url);

/** The README with its generated parts as the code has them now. */
export function withGeneratedParts(text: string): string {
  return [
    ['settings', settings()],
    ['metrics', metricsTable()],
  ].reduce((all, [name, part]) => {
    const place = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
    return all.replace(place, (_, open: string, close: string) => `${open}\n${part}\n\n${close}`);
  }, text);
}

/** Those of live-forecast, and what anomaly-alerts has beside them. */
function settings(): string {
  const more = settingsTable(anomalyAlerts.settings, liveForecast.settings);
  return `${settingsTable(liveForecast.settings)}\n\n\`anomaly-alerts\` has these, too:\n\n${more}`;
}

if (import.meta.main) writeFileSync(readme, withGeneratedParts(readFileSync(readme, 'utf8')));
