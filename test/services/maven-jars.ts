import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/**
 * The folder with the jars that a pom names: copied there by Maven the first time, then kept in the user's cache.
 *
 * @param name of the folder, before the pom's hash
 */
export async function mavenJars(pom: string, name: string): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'foretide');
  const hash = createHash('sha256').update(await readFile(pom));
  const jars = join(cache, `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(jars)) return jars;

  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(join(cache, `${name}-partial-`));
  try {
    await maven('-q', '-B', '-C', '-f', pom, `${plugin}:copy-dependencies`, `-DoutputDirectory=${partial}`);
    // Renaming makes it whole or absent; when another run was faster, its folder is as good as ours.
    await rename(partial, jars).catch((error: unknown) => {
      if (!existsSync(jars)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return jars;
}

async function maven(...args: string[]): Promise<void> {
  await promisify(execFile)('mvn', args).catch((error: { code?: unknown; stdout?: string }) => {
    if (error.code === 'ENOENT') throw new Error('no mvn (Maven) to get Kafka with');
    throw new Error(`Maven could not get Kafka: ${String(error.stdout).trim().split('\n')[0]}`);
  });
}
