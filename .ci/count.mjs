// usage: count.mjs FAILED_STEPS RESULTS.json...
// Adds up the JSON results of vitest; prints "N passed, N failed, N skipped" and exits 1 when anything failed.
// In CI every service is there, so an integration test that was skipped has failed.
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
let skipped = 0;
const [failedSteps = '0', ...files] = process.argv.slice(2);

for (const file of files.filter((name) => !name.includes('*'))) {
  for (const { name, status, assertionResults } of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    const of = (wanted) => assertionResults.filter((result) => result.status === wanted).length;
    const rest = assertionResults.length - of('passed') - of('failed');
    const integration = name.endsWith('.integration.test.ts');
    const broken = status === 'failed' && of('failed') === 0 ? 1 : 0; // The file itself, e.g. an import that failed.
    passed += of('passed');
    failed += of('failed') + broken + (integration ? rest : 0);
    skipped += integration ? 0 : rest;
  }
}
// Failed tests make one of the failed steps; the others count on their own.
failed += Math.max(0, Number(failedSteps) - (failed > 0 ? 1 : 0));
if (passed === 0 && failed === 0) failed = 1;

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
