import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';

const SECRET = new URL('../../src/secret.ts', import.meta.url).href;
const LOG = new URL('../../src/cli/log.ts', import.meta.url).href;

/** What lands on standard error, as JSON a line, of some calls of a log. */
function logged(level: string, calls: string, facts = '{}'): Record<string, unknown>[] {
  const code = `import { createLog } from '${LOG}'; const log = createLog('${level}', false, ${facts}); ${calls}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('createLog', () => {
  test('writes JSON to standard error where that is no terminal, from its level on', () => {
    const calls = "log.debug({ a: 1 }, 'one'); log.info({ a: 2 }, 'two'); log.error({ a: 3 }, 'three');";
    expect(logged('info', calls)).toMatchObject([
      { level: 30, a: 2, msg: 'two' },
      { level: 50, a: 3, msg: 'three' },
    ]);
    expect(logged('silent', calls)).toEqual([]);
    expect(logged('debug', calls).length).toBe(3);
  });

  test('has facts that stand in every message', () => {
    const [line] = logged('info', "log.info({ a: 1 }, 'one');", '{ worker: 2 }');
    expect(line).toMatchObject({ worker: 2, a: 1, msg: 'one' });
  });

  test('hides facts that are called as secrets are, down to the fourth level', () => {
    const facts = `{ token: 'S3', webhook: 'S3', a: { password: 'S3', routingKey: 'S3', b: { token: 'S3', c: 'shown', d: { secret: 'S3' } } },
      sasl: { tls: { key: 'S3' } }, alert: { key: 'pump@1/firing' } }`;
    const [line] = logged('info', `log.info(${facts}, 'settings');`);
    expect(JSON.stringify(line)).not.toContain('S3');
    expect(line).toMatchObject({ token: '…', a: { b: { c: 'shown' } }, alert: { key: 'pump@1/firing' } });
  });

  test('hides every secret that was read, wherever it stands and whoever said it', () => {
    const code = `const { readSecret } = await import('${SECRET}'); process.env.A = 's3cret "quoted"';
      await readSecret({ env: 'A' }); log.warn({ error: '403 bad ' + process.env.A, a: [process.env.A] }, process.env.A + ' is refused');`;
    const [line] = logged('info', code);
    expect(line).toMatchObject({ error: '403 bad …', a: ['…'], msg: '… is refused' });
  });
});
