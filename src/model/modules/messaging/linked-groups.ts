import { invariant } from '../../../kernel/invariant.js';
import type { Group } from './group.js';
import type { KafkaTopic } from './kafka.js';
import { SharedThread } from './shared-thread.js';

/**
 * Links the groups of one name in several topics of a cluster: they are one group to its coordinator, so they rebalance
 * together. Entries of one consumer share its threads as well.
 */
export function linkGroups(topics: readonly KafkaTopic[]): void {
  const [groups, consumers] = [new Map<string, Group[]>(), new Map<string, Group[]>()];
  for (const { spec, groups: own } of topics) {
    for (const group of own) {
      const name = `${spec.broker}/${group.spec.spec.group}`;
      add(groups, name, group);
      const { consumer } = group.spec.spec;
      if (consumer !== null) add(consumers, `${name}/${consumer}`, group);
    }
  }
  for (const linked of groups.values()) {
    if (linked.length === 1) continue;
    for (const group of linked) {
      group.membership.joinPeers(
        linked.filter((other) => other !== group).map(({ membership }) => membership),
      );
    }
  }
  for (const sharing of consumers.values()) if (sharing.length > 1) share(sharing);
}

/** The members with the same process and number use the same thread. */
function share(groups: readonly Group[]): void {
  const threads: SharedThread[] = [];
  for (const { members, loop } of groups) {
    members.forEach((member, index) => {
      loop.shares(member, (threads[index] ??= new SharedThread()));
      invariant(
        member.instance === groups[0].members[index]?.instance,
        'the loops of a thread run in one process',
      );
    });
  }
  // The range assignor of the classic protocol assigns each topic by itself (RangeAssignor.assignPartitions), those of
  // the others all topics together (CooperativeStickyAssignor; UniformAssignor of the coordinator).
  const isByTopic = groups[0].spec.spec.rebalance.protocol === 'classic';
  groups.forEach((group, index) => {
    const beside = groups.filter((other) => other !== group);
    group.isBeside(beside, isByTopic ? [] : groups.slice(0, index));
  });
}

function add(map: Map<string, Group[]>, key: string, group: Group): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [group]);
  else known.push(group);
}
