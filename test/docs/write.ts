import { readFileSync, writeFileSync } from 'node:fs';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import liveForecast from '../../pipelines/live-forecast.ts';
import { settingsTable } from './settings-table.ts';

/** `npm run docs`: writes the parts of the README that are made from the code. `readme.test.ts` holds them against it. */
const readme = new URL('../../README.md', import.meta.url);

/** The README with its generated parts as the code has them now. */
export function withGeneratedParts(text: string): string {
  return text.replace(
    /(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/,
    (_, open: string, close: string) => `${open}\n${settings()}\n\n${close}`,
  );
}

/** Those of live-forecast, and what anomaly-alerts has beside them. */
function settings(): string {
  const more = settingsTable(anomalyAlerts.settings, liveForecast.settings);
  return `${settingsTable(liveForecast.settings)}\n\n\`anomaly-alerts\` has these, too:\n\n${more}`;
}

if (import.meta.main) writeFileSync(readme, withGeneratedParts(readFileSync(readme, 'utf8')));
