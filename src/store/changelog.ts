import type { SourceRecord } from '../source/source.ts';

/** Reads the changelog of a partition that is ours: what gives the partitions gives this too. */
export interface ChangelogReader {
  /**
   * Hands over every record of the partition in order, from the first on, until `take` says that it has enough. A record whose value is null
   * removes its key.
   *
   * @throws PartitionLost when the partition is no longer ours
   */
  read(partition: number, take: (record: SourceRecord) => boolean): Promise<void>;
}

/** The partition has been given to another member, or is about to be: what was begun for it is to be dropped. */
export class PartitionLost extends Error {
  constructor(partition: number) {
    super(`Partition ${partition} is no longer ours`);
    this.name = 'PartitionLost';
  }
}
