import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ForetideError } from '../errors.ts';

const FOLDER = fileURLToPath(new URL('./kernel/', import.meta.url));
const WASM = join(FOLDER, 'kernel.wasm');

/** SIMD of 128 bits, no relaxed operations: the same bits on every machine. */
const OPTIONS = '-O3 --converge --noAssert --runtime stub --importMemory --enable simd --disable bulk-memory';

/**
 * The compiled kernel. In a clone it is compiled from the AssemblyScript beside it when it is absent or older than its sources;
 * the package has it compiled.
 *
 * @throws ForetideError KERNEL_MISSING where it is absent and cannot be compiled.
 */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  if (!isFresh()) compile();
  return new Uint8Array(readFileSync(WASM));
}

function isFresh(): boolean {
  if (!existsSync(WASM)) return false;
  const built = statSync(WASM).mtimeMs;
  return readdirSync(FOLDER).every(
    (name) => !name.endsWith('.ts') || statSync(join(FOLDER, name)).mtimeMs <= built,
  );
}

/** Compiles to a file of this process and puts it in place at once: several processes may do so at a time. */
function compile(): void {
  const mine = `${WASM}.${process.pid}`;
  try {
    const compiler = join(
      dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')),
      'bin/asc.js',
    );
    const args = [compiler, join(FOLDER, 'index.ts'), '--outFile', mine, ...OPTIONS.split(' ')];
    execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    renameSync(mine, WASM);
  } catch (cause) {
    throw new ForetideError('KERNEL_MISSING', {
      what: 'The compiled kernel is missing and cannot be compiled',
      got: cause instanceof Error ? cause.message : String(cause),
      where: WASM,
      todo: 'In a clone run npm ci, then npm run build; a package without it is broken.',
      cause,
    });
  }
}
