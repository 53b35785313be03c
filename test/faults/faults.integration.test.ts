import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { BUGS } from './bugs.ts';
import { FieldDay } from './field-day.ts';

/** The short version of `npm run test:faults`: some minutes, with servers of its own. */
const SHORT = { seed: 1, readings: 9000, workers: 2, isShort: true };
const MINUTES = 60_000;

/** Why there is no Kafka of our own on this machine. */
const ABSENT = /^no java|^no mvn|^java is /;

describe('real faults', { timeout: 10 * MINUTES }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'foretide-faults-'));
  const said: string[] = [];
  let day: FieldDay | undefined;
  let absent = '';

  beforeAll(async () => {
    try {
      day = await FieldDay.start({ ...SHORT, dir, say: (line) => said.push(line) });
    } catch (error) {
      if (!(error instanceof Error && ABSENT.test(error.message))) throw error;
      absent = `SKIPPED: real faults: ${error.message}; install Java 17 and Maven`;
      console.error(absent);
    }
  }, 10 * MINUTES);

  afterAll(async () => {
    await day?.stop();
    rmSync(dir, { recursive: true, force: true });
  }, 2 * MINUTES);

  /** The servers; without them, or without InfluxDB where it is needed, the test is skipped. */
  function ready({ skip }: TestContext, needsInflux = false): FieldDay {
    if (!day) return skip(absent);
    if (needsInflux && !day.hasInflux)
      return skip('SKIPPED: this machine has no influxd; name one in INFLUXD');
    return day;
  }

  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(said.slice(-40).join('\n'));
  });

  describe('leave nothing else than an undisturbed run', () => {
    test.concurrent('outputs in Kafka are those of an undisturbed run', async (context) => {
      const { injected } = await ready(context).round({ number: 1, output: 'store' });
      expect(injected).toMatchObject({ kill: 2, zombie: 1, broker: 1 });
    });

    test.concurrent('outputs in InfluxDB are those of an undisturbed run', async (context) => {
      const { injected } = await ready(context, true).round({ number: 2, output: 'influxdb' });
      expect(injected).toMatchObject({ kill: 2, zombie: 1, broker: 1, influxdb: 1 });
    });

    test.concurrent('state in generations comes to that of an undisturbed run', async (context) => {
      const { injected } = await ready(context).round({ number: 5, output: 'store', mode: 'generations' });
      expect(injected).toMatchObject({ kill: 2, zombie: 1, broker: 1 });
    });

    test.concurrent('what a SQLite file holds in the end, too, when its disk was full', async (context) => {
      expect(await ready(context).diskRound(3, 1)).toBe(1);
    });
  });

  describe('find what they should', () => {
    for (const [bug, { output }] of Object.entries(BUGS)) {
      test.concurrent(`a run with the bug "${bug}" is found out`, async (context) => {
        const violation = await ready(context, output === 'influxdb').find(bug);
        expect(violation?.name).toBe('Violation');
      });
    }
  });
});
