/** Everything that a process asks of Kafka or of a sink: each is a request that may fail. */
export const REQUESTS = [
  'client.connect',
  'client.metadata',
  'client.coordinator',
  'client.offsets',
  'admin.createTopics',
  'admin.configs',
  'consumer.join',
  'consumer.sync',
  'consumer.heartbeat',
  'consumer.leave',
  'consumer.positions',
  'consumer.commit',
  'consumer.fetch',
  'producer.init',
  'producer.addPartitions',
  'producer.send:changelog',
  'producer.send:output',
  'producer.send:dead',
  'producer.addOffsets',
  'producer.sendOffsets',
  'producer.commit',
  'producer.abort',
  'sink.write',
] as const;
export type Request = (typeof REQUESTS)[number];

/** A place where something may go wrong: before a request reaches the server, or after it took effect and before the answer comes. */
export type Failpoint = `${'before' | 'after'}:${Request}`;

export const FAILPOINTS: readonly Failpoint[] = REQUESTS.flatMap(
  (request) => [`before:${request}`, `after:${request}`] as const,
);

/**
 * What goes wrong.
 *
 * `fail`: the process gets an error; before: nothing happened; after: it took effect all the same. `late`: it gets an error, and what it asked
 * takes effect some time later. `kill`: the process ends there; what it asked may still take effect. `stop`: it is stopped for a while, and
 * goes on without knowing. `rebalance`: all members of the group have to join again.
 */
export const KINDS = ['fail', 'late', 'kill', 'stop', 'rebalance'] as const;
export type FaultKind = (typeof KINDS)[number];

/** One thing that goes wrong, the `pass`-th time (from 1) that any process passes the place. */
export interface Fault {
  readonly at: Failpoint;
  readonly kind: FaultKind;
  readonly pass: number;
}

/** Faults at random places. */
export function randomFaults(random: () => number, count: number, passes = 12): Fault[] {
  return Array.from({ length: count }, () => ({
    at: FAILPOINTS[Math.floor(random() * FAILPOINTS.length)]!,
    kind: KINDS[Math.floor(random() * KINDS.length)]!,
    pass: 1 + Math.floor(random() * passes),
  }));
}

/** Faults that are still to happen. */
export class FaultPlan {
  readonly #faults: Fault[];
  readonly #soon: FaultKind[] = [];
  readonly #passes = new Map<Failpoint, number>();

  constructor(faults: readonly Fault[]) {
    this.#faults = [...faults];
  }

  /** How often each place has been passed. */
  get passes(): ReadonlyMap<Failpoint, number> {
    return this.#passes;
  }

  /** Something that goes wrong with the next request, whatever it is. */
  soon(kind: FaultKind): void {
    this.#soon.push(kind);
  }

  /** Nothing more goes wrong. */
  clear(): void {
    this.#soon.length = 0;
    this.#faults.length = 0;
  }

  /** What happens at this place now, if anything. */
  at(place: Failpoint): FaultKind | undefined {
    const pass = (this.#passes.get(place) ?? 0) + 1;
    this.#passes.set(place, pass);
    const soon = this.#soon.shift();
    if (soon) return soon;
    const index = this.#faults.findIndex((fault) => fault.at === place && fault.pass <= pass);
    if (index < 0) return undefined;
    return this.#faults.splice(index, 1)[0]!.kind;
  }
}
