import type { Log } from '../log.ts';
import type { Migration } from './migrate.ts';

/** Says once what becomes of a partition's state: a warning where something begins anew or is gone. */
export function tellMigration(log: Log, partition: number, { changes, groups }: Migration): void {
  const named = (wanted: string): string[] =>
    groups.filter(({ fate }) => fate === wanted).map(({ name }) => name);
  const told = (wanted: string): string[] =>
    groups.filter(({ fate }) => fate === wanted).map(({ name, about, why }) => `${name} (${about}): ${why}`);
  const [anew, dropped] = [told('anew'), told('dropped')];
  const facts = { partition, changes, carried: named('carried'), anew, dropped, added: named('added') };
  const of = changes.length > 0 ? changes.join(', ') : 'the layout';
  const message = `State written with another ${of} goes on here: position and counts are kept, ${facts.carried.length} of ${groups.length} groups of numbers too`;
  if (anew.length + dropped.length === 0) log.info(facts, message);
  else log.warn(facts, `${message}; what begins anew is learned again from the readings that come`);
}
