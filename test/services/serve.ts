/**
 * The process that keeps a test run's services. `setup.ts` starts it; test files ask it over HTTP: `GET /kafka`.
 *
 * A service is started when it is first asked for. When the run is gone, in whatever way it ended, the channel to it closes;
 * this process then stops what it started and ends.
 */
import { createServer } from 'node:http';
import { alertmanagerWays } from './alertmanager-ways.ts';
import { influxWays } from './influxdb-ways.ts';
import { kafkaWays } from './kafka-ways.ts';
import { promtoolWays } from './promtool-ways.ts';
import { NoWay, firstOpen } from './way.ts';
import type { Started } from './way.ts';

const stopWithinMs = 60_000;
const say = (line: string) => console.error(line);

const starts: Readonly<Record<string, () => Promise<Started<unknown>>>> = {
  '/kafka': () =>
    firstOpen('Kafka', 'Set KAFKA_BROKERS, or start Docker, or install Java 17 and Maven', kafkaWays, say),
  '/influxdb': () =>
    firstOpen(
      'InfluxDB',
      'Set INFLUX_URL, INFLUX_TOKEN, INFLUX_ORG and INFLUX_BUCKET, or start Docker, or name an influxd 2 in INFLUXD',
      influxWays,
      say,
    ),
  '/alertmanager': () =>
    firstOpen(
      'Alertmanager',
      'Set ALERTMANAGER_URL, or name a binary in ALERTMANAGER, or install prometheus-alertmanager',
      alertmanagerWays,
      say,
    ),
  '/promtool': () =>
    firstOpen('promtool', 'Name a binary in PROMTOOL, or install prometheus', promtoolWays, say),
};
const started = new Map<string, Promise<Started<unknown>>>();

async function answer(path: string): Promise<object> {
  const start = starts[path];
  if (!start) return { error: `no service at ${path}` };
  const service = started.get(path) ?? start();
  started.set(path, service);
  try {
    return { service: (await service).service };
  } catch (error) {
    return error instanceof NoWay ? { missing: error.message } : { error: String(error) };
  }
}

const server = createServer((request, response) => {
  void answer(request.url ?? '').then((body) => response.end(JSON.stringify(body)));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.(`http://127.0.0.1:${address?.port}`);
});

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), stopWithinMs).unref();
  const stops = [...started.values()].map((service) => service.then(({ stop }) => stop()));
  void Promise.allSettled(stops).then(() => process.exit());
});
