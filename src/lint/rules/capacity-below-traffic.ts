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
  if (capacity === null || capacity[does] === Infinity) return null;
  let needed = 0;
  const callers = new Set<string>();
  for (const call of graph.takenBy(name)) {
    const operation = operations.get(call.to.slice(name.length + 1));
    if (operation === undefined || operation.write !== (does === 'write')) continue;
    needed += (traffic.mean.get(call.from) ?? 0) * call.times * operation.units;
    callers.add(call.caller);
  }
  if (!Number.isFinite(needed) || needed <= capacity[does]) return null;
  return {
    path: ['databases', name, 'capacity', does],
    entities: [name, ...[...callers].sort()],
    message: `${name} gives fewer ${does} units than are asked for`,
    measured: formatRate(needed),
    limit: `at most ${formatRate(capacity[does])}`,
    fix: yamlAt(['databases', name, 'capacity'], `${does}: ${Math.ceil(needed * 1.5)}/s`),
  };
}
