import { z } from 'zod';
import { ask } from './ask.ts';

/** A real Kafka to test against. Others may use it at the same time: make topics and groups under names of your own. */
export interface KafkaService {
  brokers: string[];
}

/**
 * The run's Kafka, started when it is first asked for: the one at KAFKA_BROKERS, else a container of KAFKA_IMAGE
 * (apache/kafka:4.1.0), else a broker that Maven brings. For use in test files; most want `describeWithKafka`.
 *
 * @throws ServiceMissing when this machine has none of them.
 */
export async function kafka(): Promise<KafkaService> {
  return ask('/kafka', z.object({ brokers: z.array(z.string()) }));
}
