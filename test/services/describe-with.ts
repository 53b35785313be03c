import { describe, expect, test } from 'vitest';
import { type AlertmanagerService, alertmanagerService } from './alertmanager.ts';
import { ServiceMissing } from './ask.ts';
import { influxdb } from './influxdb.ts';
import type { InfluxService } from './influxdb.ts';
import { kafka } from './kafka.ts';
import type { KafkaService } from './kafka.ts';
import { type PromtoolService, promtoolService } from './promtool.ts';

type Body<S> = (service: S) => void;

/**
 * A `describe` whose tests have a real Kafka. Where there is none they are skipped, and fail if CI is set.
 *
 * @example
 * describeWithKafka('kafka source', (service) => {
 *   test('…', async () => { const kafka = new Kafka({ brokers: service.brokers }); … });
 * });
 */
export function describeWithKafka(name: string, body: Body<KafkaService>): void {
  describeWith(name, kafka, body);
}

/** A `describe` whose tests have a real InfluxDB. Where there is none they are skipped, and fail if CI is set. */
export function describeWithInfluxDB(name: string, body: Body<InfluxService>): void {
  describeWith(name, influxdb, body);
}

/** A `describe` whose tests have a real Alertmanager. Where there is none they are skipped, and fail if CI is set. */
export function describeWithAlertmanager(name: string, body: Body<AlertmanagerService>): void {
  describeWith(name, alertmanagerService, body);
}

/** A `describe` whose tests have promtool. Where there is none they are skipped, and fail if CI is set. */
export function describeWithPromtool(name: string, body: Body<PromtoolService>): void {
  describeWith(name, promtoolService, body);
}

const timeout = 60_000;

function describeWith<S>(name: string, ask: () => Promise<S>, body: Body<S>): void {
  // oxlint-disable-next-line vitest/valid-title -- the caller's title, which is a string
  describe(name, { timeout }, async () => {
    const service = await ask().catch((error: unknown) => {
      if (error instanceof ServiceMissing) return error;
      throw error;
    });
    if (!(service instanceof ServiceMissing)) return body(service);
    test.skipIf(!process.env['CI'])('has its service', () => expect.fail(service.message));
  });
}
