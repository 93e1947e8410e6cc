import { formatDuration } from '../../spec/quantities/quantity-text.js';
import type { Database } from '../../spec/scenario/database.js';
import type { Failover } from '../../spec/scenario/replication.js';
import { THREAD_POOLS } from '../../spec/scenario/search.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import { plainText } from './values.js';

/** Settings of databases besides their operations and pools, for those that have any. */
export function databaseLines({ databases }: Scenario): readonly string[] {
  return [...databases.values()].flatMap((database) => {
    const words = [
      ...limits(database),
      ...nodes(database),
      ...searchEngine(database),
      ...table(database),
      ...locks(database),
    ];
    return words.length === 0 ? [] : [`${database.name} (${database.kind}): ${words.join('; ')}`];
  });
}

function limits(database: Database): readonly string[] {
  const { maxConnections, reserved, statementTimeoutNs, knee } = database;
  return [
    ...(maxConnections === Infinity
      ? []
      : [`maxConnections ${maxConnections}, ${reserved} of them reserved`]),
    ...(statementTimeoutNs === null
      ? []
      : [`statementTimeout ${formatDuration(statementTimeoutNs)}`]),
    ...(knee === null ? [] : [`knee ${plainText(knee)}`]),
  ];
}

/** `search 7 (queue 1000)`. */
function searchEngine({ search, failover }: Database): readonly string[] {
  if (search === null) return [];
  const { copies, threadPools, refresh } = search;
  const pools = THREAD_POOLS.map((name) => {
    const { size, queueSize } = threadPools[name];
    return `${name} ${size} (queue ${queueSize === Infinity ? 'unlimited' : queueSize})`;
  });
  const { intervalNs, idleAfterNs } = refresh;
  const idle = idleAfterNs === null ? '' : `, idle after ${formatDuration(idleAfterNs)}`;
  return [
    `${copies} ${copies === 1 ? 'copy' : 'copies'} of each shard, written all before the answer, read in turn`,
    `threads of each node: ${pools.join(', ')}`,
    intervalNs === null ? 'no refresh' : `refresh every ${formatDuration(intervalNs)}${idle}`,
    ...(copies === 1 ? [] : [failoverText(withoutFencing(failover))]),
  ];
}

function nodes({ shards, operations, replication, route, failover }: Database): readonly string[] {
  if (shards !== null) {
    const scans = [...operations.values()].filter(({ scan }) => scan).map(({ name }) => name);
    const all = scans.length === 0 ? [] : [`${scans.sort().join(', ')} at all of them`];
    const some = [...operations.values()].flatMap(({ name, fanout }) =>
      fanout === 1 ? [] : [`${name} at ${fanout} of them`],
    );
    return [`${shards.count} shards by ${shards.key}`, ...all, ...some.sort()];
  }
  if (replication === null) return [];
  const read =
    route.kind === 'replicaIfLag' ? `${route.kind}(${formatDuration(route.maxLagNs)})` : route.kind;
  return [`replicas ${plainText(replication)}`, `reads at ${read}`, failoverText(failover)];
}

/** The master of a cluster needs a majority, so there is never a second one, and no fencing to show. */
function withoutFencing(failover: Failover | null): Partial<Failover> | null {
  if (failover === null) return null;
  const { detectNs, promoteNs, reconnectNs } = failover;
  return { detectNs, promoteNs, reconnectNs };
}

/** The capacity of a table, and how its partitions share it. */
function table({ capacity }: Database): readonly string[] {
  if (capacity === null) return [];
  const { read, write, partitions, burstNs, isAdaptive } = capacity;
  const units = (rate: number): string =>
    rate === Infinity ? 'as many as asked for' : `${rate}/s`;
  const shared = isAdaptive ? 'shared by' : 'in equal parts for';
  return [
    `units of capacity: read ${units(read)}, write ${units(write)}, kept for ${formatDuration(burstNs)}`,
    `${shared} ${partitions} ${partitions === 1 ? 'partition' : 'partitions'}`,
  ];
}

function failoverText(failover: Partial<Failover> | null): string {
  return failover === null ? 'no failover' : `failover ${plainText(failover)}`;
}

function locks({ operations, lockTimeoutNs, deadlockTimeoutNs }: Database): readonly string[] {
  const locking = [...operations.values()].filter(({ lock }) => lock);
  if (locking.length === 0) return [];
  const names = locking.map(({ name, key }) => `${name} by ${key}`).sort();
  const wait = lockTimeoutNs === null ? 'none' : formatDuration(lockTimeoutNs);
  return [
    `rows locked: ${names.join(', ')} (lockTimeout ${wait}, deadlockTimeout ${formatDuration(deadlockTimeoutNs)})`,
  ];
}
