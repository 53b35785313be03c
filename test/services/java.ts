import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const oldest = 17;

/** The `java` to run Kafka with: JAVA_HOME's, else the one on PATH. Rejects when there is none or it is too old. */
export async function findJava(): Promise<string> {
  const home = process.env['JAVA_HOME'];
  const java = home ? join(home, 'bin', 'java') : 'java';
  const said = await promisify(execFile)(java, ['-version']).catch(() => {
    throw new Error(`no java (${java})`);
  });
  const version = Number(/version "(\d+)/.exec(said.stderr)?.[1]);
  if (!(version >= oldest))
    throw new Error(`java is ${version || 'of unknown version'}, Kafka needs ${oldest}`);
  return java;
}
