/**
 * For tests of your own pipelines: a run on a Kafka in memory, in which processes die, partitions move and requests fail as you say.
 *
 * @module
 */

export {
  simulate,
  type SimulateOptions,
  type SimulatedDeadLetter,
  type SimulatedRecord,
  Simulation,
} from './simulate.ts';
