/**
 * Lines of server.properties of a broker that is its own controller: replication 1 everywhere, no waiting for more group members, and topics only
 * where they are asked for. Its listeners, and how many threads it has, are the caller's.
 *
 * @param controller port that it talks to itself by
 */
export function loneBroker(controller: number): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
`;
}
