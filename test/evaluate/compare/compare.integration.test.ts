import { expect, test } from 'vitest';
import anomalyAlerts from '../../../pipelines/anomaly-alerts.ts';
import { compare } from '../../../src/evaluate/compare/compare.ts';
import { comparisonDocument } from '../../../src/evaluate/compare/document.ts';
import { comparisonPage } from '../../../src/evaluate/compare/page.ts';
import { sidesOf } from '../../../src/evaluate/compare/sides.ts';
import type { Pipeline } from '../../../src/pipeline.ts';
import { describeWithKafka } from '../../services/describe-with.ts';
import { KafkaTopics } from '../../source/kafka-topics.ts';

const PARTITIONS = 3;
const EACH = 600;
const HOUR = 3_600_000;
const START = 1_700_000_000_000;
const pipeline = anomalyAlerts as unknown as Pipeline;

describeWithKafka('a comparison over a topic', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);

  test('whatever order partitions come in, the same document and page', { timeout: 120_000 }, async () => {
    const topic = await kafka.make(PARTITIONS);
    await kafka.fill(
      topic,
      Array.from({ length: PARTITIONS }, (_, p) =>
        Array.from({ length: EACH }, (__, i) =>
          JSON.stringify({
            sensor: `p${p}-${i % 2}`,
            time: START + i * HOUR,
            value: Math.sin((i + p) / 9) + (i % 13) / 10,
          }),
        ),
      ),
    );
    const input = {
      kind: 'kafka',
      brokers,
      topic,
      group: kafka.name(),
      to: Object.fromEntries(Array.from({ length: PARTITIONS }, (_, p) => [p, EACH])),
      decode: { format: 'json', series: 'sensor', values: ['value'] },
    };
    const defaults = { input, model: { hidden: 2, horizon: 3 }, forecast: { store: [1] } };
    const sides = sidesOf(pipeline, { sources: { defaults, set: ['B:model.hidden=3'] }, others: [''] });
    const of = async () => {
      const compared = await compare({ pipeline, sides });
      const { speed, ...document } = comparisonDocument(compared, pipeline.name, ['kafka']);
      const page = comparisonPage({ ...document, speed }, compared.pairs).split('<h2>Speed</h2>')[0];
      return { document, page };
    };
    const [one, two] = [await of(), await of()];
    expect(one.document.data).toMatchObject({ records: PARTITIONS * EACH, series: 6, complete: true });
    expect(one.document.sides[0]!.model.bytesPerSeries).toBeGreaterThan(1000);
    expect(two).toEqual(one);
  });
});
