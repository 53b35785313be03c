import { readFileSync, writeFileSync } from 'node:fs';
import liveForecast from '../../pipelines/live-forecast.ts';
import { settingsTable } from './settings-table.ts';

/** `npm run docs`: writes the parts of the README that are made from the code. `readme.test.ts` holds them against it. */
const readme = new URL('../../README.md', import.meta.url);

/** The README with its generated parts as the code has them now. */
export function withGeneratedParts(text: string): string {
  return text.replace(
    /(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/,
    (_, open: string, close: string) => `${open}\n${settingsTable(liveForecast.settings)}\n\n${close}`,
  );
}

if (import.meta.main) writeFileSync(readme, withGeneratedParts(readFileSync(readme, 'utf8')));
