import type { Gateway, Scenario } from '../../contracts/scenario/scenario.js';
import type { Service } from '../../contracts/scenario/services.js';
import { canonicalJson } from '../../text/canonical.js';
import { fallbackRoute } from './mesh.js';

/** Where two scenarios differ: keys from the root, and the reason why a run cannot make this change, if any. */
export interface Difference {
  readonly path: readonly string[];
  readonly reason: string | null;
}

/**
 * Sizes of pools that their products change in a running process: HikariConfigMXBean, SetMaxOpenConns and SetMaxIdleConns
 * of Go, RELOAD of PgBouncer.
 */
const POOL_SIZES = ['maxOpen', 'maxIdle', 'maximumPoolSize', 'minimumIdle', 'defaultPoolSize'];

/** Fields that can change during a run, as paths of the explicit scenario; `*` is any key. */
const CHANGEABLE: readonly string[] = [
  'clusters',
  'policies',
  'workloads.*.policy',
  'mesh.policy',
  'mesh.outbound',
  'mesh.routes',
  'services.*.endpoints.*.steps',
  'services.*.endpoints.*.timeLimitNs',
  'services.*.endpoints.*.concurrency',
  'services.*.middleware',
  'gateways.*.middleware',
  'gateways.*.routes.*.to',
  'gateways.*.routes.*.steps',
  'gateways.*.routes.*.sticky',
  'gateways.*.routes.*.mirror',
  'gateways.*.routes.*.policy',
  'gateways.*.routes.*.middleware',
  'gateways.*.routes.*.chain',
  'databases.*.operations.*.work',
  'databases.*.operations.*.wait',
  'databases.*.concurrency',
  'databases.*.queue.capacity',
  ...['pool', 'pools.*'].flatMap((pool) =>
    POOL_SIZES.map((field) => `databases.*.${pool}.${field}`),
  ),
  ...['services', 'gateways'].flatMap((section) => [
    `${section}.*.outbound`,
    `${section}.*.concurrency`,
    `${section}.*.queue.capacity`,
    `${section}.*.replicas`,
    `${section}.*.zones`,
    `${section}.*.autoscaling.min`,
    `${section}.*.autoscaling.max`,
    `${section}.*.autoscaling.metrics`,
  ]),
];

/** What can change, in words. */
export const CHANGEABLE_WORDS =
  'policies and the calls that use them (outbound, policy); work, calls and other steps, timeLimit and concurrency of ' +
  'endpoints; middleware; to, policy, steps, sticky and mirror of routes; work and wait of operations; sizes of ' +
  'pools of databases; concurrency; queue.capacity; replicas; autoscaling (min, max, target); policy, outbound and routes of the mesh';

/** Reasons for the rest, by the start of the path. */
const REASONS: readonly (readonly [path: string, reason: string])[] = [
  ['workloads.*.arrivals', 'the fault load changes the rate of a workload'],
  ['workloads', 'requests of a workload are the same for the entire run'],
  ['mesh', 'proxies, members and propagation of the mesh are the same for the entire run'],
  ['network', 'the faults latency, loss, bandwidth and partition change the network'],
  ['services.*.cpu', 'the faults cpuStress and slow change the speed of an instance'],
  ['services.*.autoscaling.actions', 'add an action to the schedule instead'],
  ['gateways.*.autoscaling.actions', 'add an action to the schedule instead'],
  ['services.*.versions', 'a rollout changes versions'],
  ['services.*.rollout', 'a rollout changes versions'],
  ['gateways.*.versions', 'a rollout changes versions'],
  ['gateways.*.rollout', 'a rollout changes versions'],
  ['services.*.endpoints.*', 'callers rely on this property of an endpoint'],
  [
    'databases.*.pools',
    'a caller without a pool of its own has `pool`: change that, or write the caller here too',
  ],
  ['databases.*.pool', 'only the size of a pool can change'],
  ['databases.*.replicas', 'the nodes of a database are the same for the entire run'],
  ['run', 'it belongs to the run itself'],
  ['report', 'it belongs to the report'],
  ['alerts', 'it belongs to the monitoring'],
];

const OTHERWISE = 'it is the same for the entire run';

/** Sections of a scenario that say nothing about the run. */
const APART: ReadonlySet<string> = new Set([
  'title',
  'description',
  'tags',
  'faults',
  'alerts',
  'report',
]);

/** Every difference between two scenarios, those that a run cannot make with the reason. */
export function differencesOf(base: Scenario, other: Scenario): readonly Difference[] {
  const found: Difference[] = [];
  for (const key of new Set([...keysOf(base), ...keysOf(other)])) {
    if (APART.has(key)) continue;
    compare(valueOf(base, key), valueOf(other, key), [key], found);
  }
  return found
    .filter(({ path }) => path[2] !== 'replicas' || !isScaled(base, path))
    .map((difference) => ({
      ...difference,
      reason: difference.reason ?? ofWhole(base, other, difference),
    }));
}

function compare(one: unknown, other: unknown, path: readonly string[], found: Difference[]): void {
  if (canonicalJson(one ?? null) === canonicalJson(other ?? null)) return;
  if (CHANGEABLE.some((rule) => matches(rule, path))) {
    found.push({ path, reason: null });
    return;
  }
  const keys = new Set([...keysOf(one), ...keysOf(other)]);
  const isAlike = keys.size > 0 && [...keys].every((key) => hasKey(one, key) && hasKey(other, key));
  if (!isAlike) {
    found.push({ path, reason: reasonOf(path) });
    return;
  }
  for (const key of keys) compare(valueOf(one, key), valueOf(other, key), [...path, key], found);
}

/** Whether an autoscaler decides the replicas, so that their number in the file is only the initial one. */
function isScaled({ services, gateways }: Scenario, [, name = '']: readonly string[]): boolean {
  return (services.get(name) ?? gateways.get(name))?.autoscaling !== null;
}

/** Why a component cannot make a change that others can; null if it can. */
function ofWhole(base: Scenario, other: Scenario, { path }: Difference): string | null {
  const [section, name = '', field = ''] = path;
  if (section === 'mesh') return name === 'routes' ? fallbackRoute(base, other) : null;
  if (section === 'databases') return unlimitedPool(base, path);
  const hostIn = (scenario: Scenario): Service | Gateway | undefined =>
    section === 'services' ? scenario.services.get(name) : scenario.gateways.get(name);
  const service = section === 'services' ? base.services.get(name) : undefined;
  const host = hostIn(base);
  if ((host?.versions ?? null) !== null)
    return `${name} has several versions, and a rollout changes them`;
  if ((service?.environments ?? null) !== null && !PARTS.has(field)) {
    return `${name} is a function, which has no processes of its own`;
  }
  if (field === 'queue' && (host?.admission?.shed ?? null) !== null) {
    return `${name} sheds by the capacity of its queue, which it reads at its start`;
  }
  if (field === 'zones') {
    const [before, after] = [host?.zones ?? [], hostIn(other)?.zones ?? []];
    if (before.some((zone, index) => index < after.length && after[index] !== zone)) {
      return `instances of ${name} that keep running would be in another zone`;
    }
  }
  return null;
}

/** Why a pool that has no limit gets none; null if it has one. */
function unlimitedPool({ databases }: Scenario, path: readonly string[]): string | null {
  const [, name = '', field = '', caller = ''] = path;
  const database = databases.get(name)!;
  const pool = field === 'pools' ? database.pools.get(caller) : database.pool;
  const isUnlimited =
    field.startsWith('pool') &&
    pool !== undefined &&
    'waiters' in pool &&
    pool.maxOpen === Infinity;
  return isUnlimited
    ? 'the pool has no limit in the file: write maxOpen in the file too, such as 1000'
    : null;
}

const PARTS: ReadonlySet<string> = new Set(['endpoints', 'outbound', 'middleware']);

function reasonOf(path: readonly string[]): string {
  return (
    REASONS.find(([start]) => matches(start, path.slice(0, start.split('.').length)))?.[1] ??
    OTHERWISE
  );
}

function matches(rule: string, path: readonly string[]): boolean {
  const keys = rule.split('.');
  return keys.length === path.length && keys.every((key, i) => key === '*' || key === path[i]);
}

function keysOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return value instanceof Map ? [...value.keys()].map(String) : Object.keys(value);
}

function hasKey(value: unknown, key: string): boolean {
  return valueOf(value, key) !== undefined;
}

function valueOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Map) return (value as ReadonlyMap<string, unknown>).get(key);
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
