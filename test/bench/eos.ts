import { randomUUID } from 'node:crypto';
import Table from 'cli-table3';
import { Command } from 'commander';
import { makeTopic } from './bench-topic.ts';
import { eosInChild, kafkaRunSettings, measureRestore, type RestoreFigures } from './kafka-restore.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { SENSORS } from './readings.ts';
import { benchKafka } from './services.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly readings: number;
  readonly series: number;
  readonly rounds: number;
  readonly json?: boolean;
}

const PARTITIONS = 6;
const HIDDEN = ['model.hidden=64', 'model.horizon=12'];
/** What is measured, each with a share of the readings: what takes longer tells as much with fewer. */
const VARIANTS = [
  { name: 'frozen', share: 1, set: [...HIDDEN, 'forecast.learn=none'] },
  { name: 'light', share: 1 / 2, set: HIDDEN },
  { name: 'light, generations', share: 1 / 2, set: [...HIDDEN, 'store.mode=generations'] },
  {
    name: 'full, generations',
    share: 1 / 6,
    set: [...HIDDEN, 'forecast.profile=full', 'store.mode=generations'],
  },
] as const;

/** `bench eos`: what exactly-once costs, and what a restore takes. */
export function eosBench(): Command {
  return new Command('eos')
    .description('readings/s with the Kafka store against no store; time and memory of a restore')
    .option('--readings <n>', `readings of ${SENSORS} sensors`, wholeNumber, 600_000)
    .option('--series <n>', 'series whose state is restored', wholeNumber, 100_000)
    .option('--rounds <r>', 'rounds, whose medians are printed', wholeNumber, 3)
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function measure({ readings, series, rounds, json }: Flags): Promise<void> {
  const kafka = await benchKafka();
  const { brokers } = kafka.service;
  try {
    const costs = [];
    for (const { name, share, set } of VARIANTS) {
      const count = Math.ceil(readings * share);
      const topic = await makeTopic(brokers, count, PARTITIONS);
      const rates = { none: [] as number[], kafka: [] as number[] };
      const cpu = { none: [] as number[], kafka: [] as number[] };
      let commits = 0;
      for (let round = 0; round < rounds; round++) {
        for (const store of round % 2 === 0 ? (['none', 'kafka'] as const) : (['kafka', 'none'] as const)) {
          const group = `bench-${randomUUID()}`;
          const result = await eosInChild({
            store,
            set: kafkaRunSettings(brokers, topic.name, group, set),
            count,
            partitions: PARTITIONS,
          });
          rates[store].push(result.measured / result.seconds);
          cpu[store].push((result.cpuSeconds / result.measured) * 100_000);
          if (store === 'kafka') commits = result.commits;
          say(
            `${name}, ${store}: ${(result.measured / result.seconds).toFixed(0)} readings/s, ${result.commits} commits, ${result.failures} failed`,
          );
        }
      }
      await topic.remove();
      costs.push({
        name,
        readings: count,
        commits,
        withoutStore: median(rates.none),
        withStore: median(rates.kafka),
        cost: 1 - median(rates.kafka) / median(rates.none),
        cpuCost: median(cpu.kafka) / median(cpu.none) - 1,
      });
    }
    const restore = await measureRestore(brokers, series, PARTITIONS, VARIANTS[0].set);
    const on = { ...machine(), kafka: kafka.version, rounds };
    if (json) process.stdout.write(`${JSON.stringify({ bench: 'eos', on, costs, restore })}\n`);
    else print(costs, restore);
  } finally {
    await kafka.stop();
  }
}

interface Cost {
  readonly name: string;
  readonly commits: number;
  readonly withoutStore: number;
  readonly withStore: number;
  readonly cost: number;
  readonly cpuCost: number;
}

function print(costs: readonly Cost[], restore: RestoreFigures): void {
  const table = new Table({
    head: ['LSTM 64, 12 horizons', 'no store, readings/s', 'Kafka store', 'cost', 'more CPU', 'commits'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  });
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  for (const { name, commits, withoutStore, withStore, cost, cpuCost } of costs)
    table.push([
      name,
      withoutStore.toFixed(0),
      withStore.toFixed(0),
      percent(cost),
      percent(cpuCost),
      commits,
    ]);
  const { series, seconds, bytesPerSeries, rssPerSeries } = restore;
  process.stdout.write(
    `${table.toString()}\n${SENSORS} series, commits every 500 ms. Restore of ${series.toLocaleString('en-US')} series (frozen, ${bytesPerSeries} bytes each): ${seconds.toFixed(1)} s, RSS ${rssPerSeries.toFixed(0)} bytes a series above the empty process.\n`,
  );
}
