import { PARTITION_MAX } from '../../contracts/scenario/capacity.js';
import type { Database } from '../../contracts/scenario/database.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatRate } from '../../text/figures.js';
import { yamlAt } from '../words.js';

/** A table that provides fewer units per second than its traffic needs. */
export const capacityBelowTraffic: Rule = {
  name: 'capacity-below-traffic',
  severity: 'error',
  reason:
    'Burst capacity from quiet times lasts a few minutes at most. After that the excess requests are throttled, and every retry consumes capacity again.',
  remedy: 'Provision more than mean arrivals times units per request, with headroom for peaks.',
  check: (subject) =>
    [...subject.scenario.databases.values()].flatMap((database) =>
      (['read', 'write'] as const).flatMap((does) => shortage(subject, database, does) ?? []),
    ),
};

function shortage(
  { graph, traffic }: Subject,
  { name, capacity, operations }: Database,
  does: 'read' | 'write',
): Finding | null {
  if (capacity === null) return null;
  const inPartitions = capacity.partitions * PARTITION_MAX[does];
  const most = Math.min(capacity[does], inPartitions);
  let needed = 0;
  const callers = new Set<string>();
  for (const call of graph.takenBy(name)) {
    const operation = operations.get(call.to.slice(name.length + 1));
    if (operation === undefined || operation.write !== (does === 'write')) continue;
    needed += (traffic.mean.get(call.from) ?? 0) * call.times * operation.units;
    callers.add(call.caller);
  }
  if (!Number.isFinite(needed) || needed <= most) return null;
  const enough = Math.ceil(needed * 1.5);
  const [field, value] =
    most < inPartitions
      ? [does, `${enough}/s`]
      : ['partitions', `${Math.ceil(enough / PARTITION_MAX[does])}`];
  return {
    path: ['databases', name, 'capacity', field],
    entities: [name, ...[...callers].sort()],
    message: `${name} gives fewer ${does} units than are asked for`,
    measured: formatRate(needed),
    limit: `at most ${formatRate(most)}`,
    fix: yamlAt(['databases', name, 'capacity'], `${field}: ${value}`),
  };
}
