// `npm run build`: dist/ with JavaScript, types, the kernel, the page's files, the bundled recordings and models.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kernelBytes } from '../src/cell/kernel-bytes.ts';

const root = new URL('../', import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

rmSync(path('dist'), { recursive: true, force: true });
execFileSync(
  process.execPath,
  [path('node_modules/typescript/bin/tsc'), '-p', path('.build/tsconfig.json')],
  {
    stdio: 'inherit',
  },
);
kernelBytes(); // compiles it where it is absent or older than its sources
cpSync(path('src/cell/kernel/kernel.wasm'), path('dist/src/cell/kernel/kernel.wasm'));
const isServed = (file) => !/\.d\.ts$|tsconfig\.json$/.test(file);
cpSync(path('src/serve/page'), path('dist/src/serve/page'), { recursive: true, filter: isServed });
for (const folder of ['pipelines/recordings', 'pipelines/models'])
  cpSync(path(folder), path(`dist/${folder}`), { recursive: true });
process.stdout.write('built dist/\n');
