import type { Distribution } from '../../kernel/distribution.js';
import { PLAIN_BALANCING } from '../../spec/balancer.js';
import type { Database, LoadBalancing, Operation } from '../../spec/scenario.js';
import type { Pool, Queue } from '../../spec/resources.js';
import type { DatabaseOutput } from '../schema/components.js';
import type { Context, Path } from './context.js';
import { report, reportKey } from './context.js';
import { resolveCpu } from './cpu.js';
import { sorted } from './names.js';
import { checkKey } from './sections.js';
import { resolvePool } from './pools.js';
import { resolvePlacement } from './placement.js';
import { unknown } from './targets.js';

const IN_TURN: LoadBalancing = {
  kind: 'roundRobin',
  config: {},
  common: PLAIN_BALANCING,
};
const NOTHING: Distribution = { kind: 'constant', valueNs: 0 };
const UNBOUNDED: Queue = { capacity: Infinity, discipline: 'fifo', maxWaitNs: null };

/** One database in its final form. */
export function resolveDatabase(context: Context, name: string, output: DatabaseOutput): Database {
  const path = ['databases', name];
  const operations = resolveOperations(context, output, [...path, 'operations']);
  if (output.reserved >= output.maxConnections) {
    report(
      context,
      'FL208',
      [...path, 'reserved'],
      'no connection is left: reserved is below maxConnections',
    );
  }
  const pools = new Map<string, Pool>();
  for (const [caller, pool] of sorted(output.pools)) {
    const kind = context.names.things.get(caller)?.kind;
    if (kind !== 'service' && kind !== 'gateway')
      unknown(context, caller, [...path, 'pools', caller], ['service', 'gateway']);
    pools.set(caller, resolvePool(context, pool, [...path, 'pools', caller]));
  }
  return {
    name,
    title: output.title ?? null,
    description: output.description ?? null,
    critical: output.critical,
    ...resolvePlacement(context, 1, output.zone, path),
    runtime: 'threads',
    concurrency: Infinity,
    queue: UNBOUNDED,
    cpu: resolveCpu(context, output.cpu, [...path, 'cpu']),
    cancellation: 'ignore',
    rejectWork: NOTHING,
    admission: null,
    gc: null,
    memory: null,
    lifecycle: null,
    loadBalancing: IN_TURN,
    outlierDetection: null,
    protocol: null,
    external: output.external,
    labels: new Map(sorted(output.labels)),
    kind: 'generic',
    operations,
    maxConnections: output.maxConnections,
    reserved: output.reserved,
    connect: output.connect,
    lockTimeoutNs: output.lockTimeout,
    deadlockTimeoutNs: output.deadlockTimeout,
    pool: resolvePool(context, output.pool, [...path, 'pool']),
    pools,
  };
}

function resolveOperations(
  context: Context,
  output: DatabaseOutput,
  path: Path,
): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [operation, own] of sorted(output.operations)) {
    if (own.work === undefined && own.wait === undefined) {
      reportKey(context, 'FL203', [...path, operation], 'an operation has work, wait or both');
    }
    const { work = null, wait = null, write, key = null, lock } = own;
    if (key !== null) checkKey(context, key, [...path, operation, 'key']);
    if (lock && key === null) {
      const message = 'nobody knows which row it locks: name the key whose value is the row';
      report(context, 'FL208', [...path, operation, 'lock'], message);
    }
    operations.set(operation, { name: operation, work, wait, write, key, lock });
  }
  if (operations.size === 0)
    report(context, 'FL203', path, 'a database has at least one operation');
  return operations;
}
