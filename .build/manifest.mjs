// Around `npm pack`: the published manifest is without what only a clone needs (its own Node, tools, scripts).
// usage: node .build/manifest.mjs strip | restore; a pack that was cut off is mended by either
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const manifest = fileURLToPath(new URL('../package.json', import.meta.url));
const full = fileURLToPath(new URL('../.package.json.full', import.meta.url));

if (process.argv[2] === 'strip') {
  // an earlier pack that was cut off has left the full manifest aside
  if (existsSync(full)) renameSync(full, manifest);
  const text = readFileSync(manifest, 'utf8');
  const {
    scripts: _s,
    devDependencies: _d,
    optionalDependencies: _o,
    knip: _k,
    ...published
  } = JSON.parse(text);
  // npm runs postpack from the manifest that it has read before
  writeFileSync(full, text);
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`);
} else if (existsSync(full)) {
  renameSync(full, manifest);
}
