import { brokerError } from './kafkajs-parts.ts';
import type { GroupPositions } from './transactions.ts';

/** What a member offers when it joins. */
export interface Joining {
  readonly memberId: string;
  readonly sessionTimeout: number;
  readonly rebalanceTimeout: number;
  readonly protocols: readonly { readonly name: string; readonly metadata: Buffer }[];
}

/** What it hears when all have joined. */
export interface Joined {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  readonly groupProtocol: string;
  /** For the leader alone. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

interface Member {
  readonly id: string;
  joining: Joining;
  /** When it was last heard of. */
  heard: number;
  joined: PromiseWithResolvers<Joined> | undefined;
  synced: PromiseWithResolvers<Buffer> | undefined;
}

/**
 * A consumer group and its coordinator: members join, the leader assigns, heartbeats keep the membership. Eager, as kafkajs is: whenever a
 * member comes, goes or falls silent, all join again.
 */
export class Group {
  /** Committed offsets, by `topic/partition`. */
  readonly positions = new Map<string, number>();
  readonly #now: () => number;
  readonly #members = new Map<string, Member>();
  #phase: 'stable' | 'joining' | 'syncing' = 'stable';
  #generation = 0;
  #leader = '';
  #assignment: ReadonlyMap<string, Buffer> = new Map();
  #deadline = Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  get members(): number {
    return this.#members.size;
  }

  apply(positions: GroupPositions): void {
    for (const [name, offset] of positions) this.positions.set(name, offset);
  }

  /** Resolves when all members have joined. */
  join(joining: Joining): Promise<Joined> {
    const { memberId } = joining;
    let member = this.#members.get(memberId);
    if (!member) {
      member = { id: memberId, joining, heard: 0, joined: undefined, synced: undefined };
      this.#members.set(memberId, member);
    }
    member.joining = joining;
    member.heard = this.#now();
    member.joined = Promise.withResolvers<Joined>();
    // nobody may hear it any more
    member.joined.promise.catch(() => undefined);
    const { promise } = member.joined;
    this.rebalance();
    this.#mayComplete();
    return promise;
  }

  /** Resolves to the assignment when the leader has given it. */
  sync(
    memberId: string,
    generation: number,
    assignment: readonly { memberId: string; memberAssignment: Buffer }[],
  ): Promise<Buffer> {
    const member = this.#known(memberId, generation);
    if (this.#phase === 'joining') throw brokerError('REBALANCE_IN_PROGRESS');
    if (this.#phase === 'stable') return Promise.resolve(this.#assignment.get(memberId) ?? Buffer.alloc(0));
    member.synced = Promise.withResolvers<Buffer>();
    member.synced.promise.catch(() => undefined);
    const { promise } = member.synced;
    if (memberId === this.#leader) {
      this.#assignment = new Map(assignment.map((one) => [one.memberId, one.memberAssignment]));
      this.#phase = 'stable';
      for (const one of this.#members.values()) {
        one.heard = this.#now();
        one.synced?.resolve(this.#assignment.get(one.id) ?? Buffer.alloc(0));
        one.synced = undefined;
      }
    }
    return promise;
  }

  heartbeat(memberId: string, generation: number): void {
    this.#known(memberId, generation);
    if (this.#phase === 'joining') throw brokerError('REBALANCE_IN_PROGRESS');
  }

  /** Whether a member may commit offsets by itself. */
  verify(memberId: string, generation: number): void {
    this.#known(memberId, generation);
    if (this.#phase === 'syncing') throw brokerError('REBALANCE_IN_PROGRESS');
  }

  leave(memberId: string): void {
    if (!this.#members.has(memberId)) throw brokerError('UNKNOWN_MEMBER_ID');
    this.#remove(memberId);
  }

  /** All members have to join again. */
  rebalance(): void {
    if (this.#phase === 'joining' || this.#members.size === 0) return;
    this.#phase = 'joining';
    let longest = 0;
    for (const member of this.#members.values()) {
      longest = Math.max(longest, member.joining.rebalanceTimeout);
      member.synced?.reject(brokerError('REBALANCE_IN_PROGRESS'));
      member.synced = undefined;
    }
    this.#deadline = this.#now() + longest;
  }

  /** Removes who has not been heard of for its session, or does not join in time. */
  tick(): void {
    const isLate = this.#phase === 'joining' && this.#now() >= this.#deadline;
    for (const { id, heard, joining, joined } of this.#members.values()) {
      const isSilent = this.#now() - heard >= joining.sessionTimeout;
      if (joined === undefined && (isSilent || isLate)) this.#remove(id);
    }
  }

  #remove(memberId: string): void {
    const member = this.#members.get(memberId);
    this.#members.delete(memberId);
    member?.joined?.reject(brokerError('UNKNOWN_MEMBER_ID'));
    member?.synced?.reject(brokerError('UNKNOWN_MEMBER_ID'));
    this.rebalance();
    this.#mayComplete();
  }

  #mayComplete(): void {
    const members = [...this.#members.values()];
    if (members.length === 0) this.#phase = 'stable';
    if (this.#phase !== 'joining' || members.some(({ joined }) => joined === undefined)) return;
    this.#generation += 1;
    this.#phase = 'syncing';
    if (!this.#members.has(this.#leader)) this.#leader = members[0]!.id;
    for (const member of members) {
      const { name } = member.joining.protocols[0]!;
      member.heard = this.#now();
      member.joined!.resolve({
        generationId: this.#generation,
        leaderId: this.#leader,
        memberId: member.id,
        groupProtocol: name,
        members:
          member.id === this.#leader
            ? members.map(({ id, joining }) => ({
                memberId: id,
                memberMetadata: joining.protocols[0]!.metadata,
              }))
            : [],
      });
      member.joined = undefined;
    }
  }

  #known(memberId: string, generation: number): Member {
    const member = this.#members.get(memberId);
    if (!member) throw brokerError('UNKNOWN_MEMBER_ID');
    if (generation !== this.#generation) throw brokerError('ILLEGAL_GENERATION');
    member.heard = this.#now();
    return member;
  }
}
