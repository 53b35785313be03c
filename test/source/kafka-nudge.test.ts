import { beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { KafkaNudge } from '../../src/source/kafka-nudge.ts';
import type { Held } from '../../src/source/kafka-ownership.ts';

let held: Held[];
let said: string[];
let high: number;
let isBusy: boolean;
let nudge: KafkaNudge;
const heldAt = (partition: number, next: number): Held => ({
  partition,
  next,
  generation: 1,
  fresh: false,
  seeks: 0,
  lost: false,
  busy: Promise.resolve(),
});

beforeEach(() => {
  held = [heldAt(0, 5), heldAt(1, 9)];
  said = [];
  high = 9;
  isBusy = false;
  nudge = new KafkaNudge({
    topic: 't',
    held: () => held,
    watermarks: async () => new Map([0, 1].map((partition) => [partition, { low: 0, high }])),
    isBusy: () => isBusy,
    steering: {
      pause: () => undefined,
      seek: (partition, offset) => said.push(`seek ${partition} ${offset}`),
      resume: (partition) => said.push(`resume ${partition}`),
    },
    log: { ...silentLog, warn: (facts) => said.push(`warn ${String(facts['partition'])}`) },
  });
});

test('a partition that stands still though there is more is asked for again, and that is said once', async () => {
  await nudge.look();
  expect(said).toEqual([]);
  await nudge.look();
  expect(said).toEqual(['warn 0', 'seek 0 5', 'resume 0']);
  await nudge.look();
  expect(said.slice(3)).toEqual(['seek 0 5', 'resume 0']);
});

test('one that moves, or is at its end, is left alone', async () => {
  for (let next = 6; next <= 9; next++) {
    await nudge.look();
    held[0]!.next = next;
  }
  await nudge.look();
  await nudge.look();
  expect(said).toEqual([]);
});

test('so is one while the handler works, and one that is no longer held or has moved on when Kafka answers', async () => {
  await nudge.look();
  isBusy = true;
  await nudge.look();
  isBusy = false;
  const looking = nudge.look();
  held[0]!.next = 6;
  await looking;
  await nudge.look();
  const again = nudge.look();
  held = [];
  await again;
  expect(said).toEqual([]);
});
