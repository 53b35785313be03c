import kafkajs, { type Assignment, type Cluster } from 'kafkajs';

/** The part of kafkajs's broker by which a member hears what it is given. */
interface Coordinator {
  syncGroup(request: { readonly generationId: number }): Promise<{ readonly memberAssignment: Buffer }>;
}

/**
 * Tells an assigner what its member was given, and in which generation of the group, whenever it was. kafkajs 2.2.4 tells it
 * neither: its `assign` runs on the group's leader alone and sees no generation, and the event GROUP_JOIN carries none. Both pass
 * through the coordinator's `syncGroup`, which is listened to here, on the one cluster of the one consumer; answers are handed on
 * as they are.
 *
 * @see https://github.com/tulios/kafkajs/blob/v2.2.4/src/consumer/consumerGroup.js
 */
export function tellGenerations(
  cluster: Pick<Cluster, 'findGroupCoordinator'>,
  told: (generation: number, assignment: Assignment) => void,
): void {
  const find = cluster.findGroupCoordinator.bind(cluster);
  const heard = new WeakSet<Coordinator>();
  cluster.findGroupCoordinator = async (group) => {
    const broker = await find(group);
    const coordinator = broker as unknown as Coordinator;
    if (heard.has(coordinator)) return broker;
    heard.add(coordinator);
    const sync = coordinator.syncGroup.bind(coordinator);
    coordinator.syncGroup = async (request) => {
      const answer = await sync(request);
      // null for a member that the leader has left out, whatever the types say
      const decoded = kafkajs.AssignerProtocol.MemberAssignment.decode(answer.memberAssignment);
      told(request.generationId, decoded?.assignment ?? {});
      return answer;
    };
    return broker;
  };
}
