import { objectOf } from '../../contracts/fields/kinds.js';
import { policyKinds } from '../../patterns/registry.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import type { PolicyName } from '../../contracts/patterns/policy-traits.js';
import {
  entries,
  get,
  items,
  map,
  pathText,
  scalar,
  single,
  text,
  type MapNode,
  type Node,
  type PathKey,
} from '../located.js';
import { SECTIONS } from '../modules/index.js';
import { schemas } from '../schemas.js';
import { bundleIdAt } from '../resolve/bundles.js';
import { visitScenario } from '../walk.js';
import { isSetting } from './change.js';
import { multiples, type Move } from './moves.js';
import { entrySchema, unwrittenIn } from './unwritten.js';

/** A setting of a component, or of a bundle of policies, with the changes to try. */
export interface Setting {
  /** The name of a component, or the id of a bundle as plans have it. */
  readonly of: { readonly component: string } | { readonly bundle: string };
  readonly moves: readonly Move[];
}

/** Every setting of a scenario, written or by default, of which a run can show whether another value helps. */
export function settingsOf(written: MapNode): readonly Setting[] {
  return [...bundleSettings(written), ...componentSettings(written)].filter(
    ({ moves }) => moves.length > 0,
  );
}

/**
 * Layers that can be left out, by the effort. Without a time limit or a fallback a call is another one; what protects the
 * callee is there for other days too.
 */
const DROPPABLE: Readonly<Record<PolicyName, Move['effort'] | null>> = {
  retry: 1,
  hedge: 1,
  circuitBreaker: 3,
  throttle: 3,
  concurrencyLimit: 3,
  rateLimit: 3,
  bulkhead: 3,
  coalesce: null,
  deadline: null,
  fallback: null,
  timeout: null,
};

function bundleSettings(written: MapNode): readonly Setting[] {
  const found: Setting[] = [];
  visitScenario(written, {
    policy: (node, path, inner) => {
      if (node.type === 'map' && isSetting(path) && path[0] !== 'templates') {
        const moves = [
          ...layersOf(node).flatMap((layer) => layerMoves(layer, path)),
          ...added(node, path),
          ...detectionMoves(node, path),
        ];
        found.push({ of: { bundle: meshNamed(bundleIdAt(written, path)) }, moves });
      }
      return inner(node);
    },
  });
  return found;
}

/** Settings of an outlier detection, which a bundle has beside its policies. */
function detectionMoves(bundle: MapNode, path: readonly PathKey[]): readonly Move[] {
  const detection = get(bundle, 'outlierDetection');
  if (detection?.type !== 'map') return [];
  const own = [...path, 'outlierDetection'];
  const written = entries(detection).flatMap(([name, { value }]) =>
    movesOf(`outlierDetection.${name}`, value, [...own, name]),
  );
  const schema = entrySchema(schemas().explicit, 'policies');
  const unwritten = unwrittenIn(schema, bundle, path).filter(({ field }) =>
    field.startsWith('outlierDetection.'),
  );
  return [...written, ...unwritten.flatMap((one) => movesOf(one.field, one.value, one.path))];
}

/** Bundles of the mesh are parts of the bundles of calls under this name. */
function meshNamed(id: string): string {
  return id.replace(/^mesh\./, 'mesh ');
}

/** A policy that a bundle has. */
interface OwnLayer {
  readonly policy: string;
  readonly value: Node;
  readonly kind: PolicyKind;
}

function layersOf(bundle: MapNode): readonly OwnLayer[] {
  return entries(bundle).flatMap(([policy, { value }]) => {
    const kind = kindOf(policy, value);
    const isOff = value.type === 'scalar' && value.value === null;
    return kind === undefined || isOff ? [] : [{ policy, value, kind }];
  });
}

function kindOf(policy: string, value: Node): PolicyKind | undefined {
  const named = text(get(value, 'kind'));
  return policyKinds.find(
    (one) => one.policy === policy && (named === undefined ? one.isDefault : one.kind === named),
  );
}

/** Without the layer, and with each of its numbers changed, also those that stand for their defaults. */
function layerMoves({ policy, value, kind }: OwnLayer, path: readonly PathKey[]): readonly Move[] {
  const own = [...path, policy];
  const effort = DROPPABLE[kind.policy];
  const without: Move[] =
    effort === null ? [] : [{ path: pathText(own), value: null, before: value, effort }];
  if (value.type !== 'map') return [...multiples(own, value, 1), ...without];
  const budget: Move[] =
    get(value, 'budget') === undefined && 'budget' in objectOf(kind.schema).shape
      ? [
          {
            path: pathText([...own, 'budget']),
            value: single('ratio', scalar('20%', value.at)),
            effort: 1,
          },
        ]
      : [];
  const numbers = numbersIn(withDefaults(value, kind), own);
  return [
    ...without,
    ...budget,
    ...numbers.filter(isTime),
    ...numbers.filter((one) => !isTime(one)),
  ];
}

/** A wait or a time limit: the first to be tried, because outages are long and calls are short. */
function isTime({ value }: Move): boolean {
  return value?.type === 'scalar' && /^[\d.]+(ms|s|m|h)$/.test(String(value.value));
}

function numbersIn(value: MapNode, path: readonly PathKey[]): readonly Move[] {
  return entries(value).flatMap(([name, { value: own }]) => {
    const below = [...path, name];
    return own.type === 'map' ? numbersIn(own, below) : multiples(below, own, 1);
  });
}

/** The fields of a policy with the numbers that stand for those which are not written. */
function withDefaults(value: MapNode, kind: PolicyKind): MapNode {
  const { shape } = objectOf(kind.schema);
  const all = new Map(value.entries);
  for (const name of Object.keys(shape).sort()) {
    const { defaultValue } = shape[name]!.def as { readonly defaultValue?: unknown };
    const isNumber = typeof defaultValue === 'number' || typeof defaultValue === 'string';
    if (all.has(name) || !isNumber) continue;
    all.set(name, { key: value.at, value: scalar(defaultValue, value.at) });
  }
  return map(all, value.at);
}

/** Limits to try where a bundle has none. */
const TIME_LIMITS = ['1s', '250ms', '4s'] as const;
const PERMITS = [32, 8] as const;

/** Mechanisms that a bundle does not have. */
function added(bundle: MapNode, path: readonly PathKey[]): readonly Move[] {
  const { at } = bundle;
  const has = (name: string): boolean => {
    const node = get(bundle, name);
    return node !== undefined && !(node.type === 'scalar' && node.value === null);
  };
  const inherits = has('extends');
  const moves: Move[] = [];
  const add = (name: string, value: Node): void => {
    moves.push({ path: pathText([...path, name]), value, effort: 3 });
  };
  if (inherits) return moves;
  if (!has('timeout') && !has('deadline')) {
    for (const limit of TIME_LIMITS) add('timeout', scalar(limit, at));
  }
  if (!has('bulkhead') && !has('concurrencyLimit')) {
    for (const permits of PERMITS) add('bulkhead', single('maxConcurrent', scalar(permits, at)));
  }
  if (!has('circuitBreaker')) add('circuitBreaker', single('openDuration', scalar('5s', at)));
  return moves;
}

/** Sections whose entries are components. */
const COMPONENTS: readonly string[] = [
  'services',
  'gateways',
  'functions',
  'databases',
  ...SECTIONS,
];

/**
 * Settings of a component, by the effort of changing them; those of `pool` hold for each of `pools`, those of lists such as
 * `consumers` for each entry. All other numbers are facts, such as the time of a start or of a collection.
 */
export const CHOSEN: Readonly<Record<string, Move['effort']>> = {
  concurrency: 1,
  'consumers[].concurrency': 1,
  'subscribers[].concurrency': 1,
  'subscribers[].sessionTimeout': 1,
  'queue.capacity': 1,
  'queue.maxWait': 1,
  'pool.maxOpen': 1,
  'pool.maximumPoolSize': 1,
  'pool.defaultPoolSize': 1,
  'pool.maxClientConn': 1,
  'pool.acquireTimeout': 1,
  'pool.connectionTimeout': 1,
  maxConnections: 1,
  'failover.detect': 1,
  capacity: 1,
  prefetch: 1,
  visibilityTimeout: 1,
  'outlierDetection.consecutive5xx': 1,
  'outlierDetection.consecutive5xxErrors': 1,
  'outlierDetection.interval': 1,
  'outlierDetection.baseEjectionTime': 1,
  'autoscaling.scaleUp.stabilization': 1,
  'autoscaling.scaleDown.stabilization': 1,
  'probes.liveness.period': 1,
  'probes.liveness.timeout': 1,
  'probes.liveness.failureThreshold': 1,
  'probes.readiness.period': 1,
  'probes.readiness.timeout': 1,
  'probes.readiness.failureThreshold': 1,
  // A lower target is more instances.
  'autoscaling.target': 2,
  'autoscaling.min': 2,
  'autoscaling.max': 2,
  replicas: 2,
  cpu: 2,
  'cpu.cores': 2,
  'memory.limit': 2,
  partitions: 2,
  shards: 2,
};

/** The other value of a setting of which half and twice say nothing. */
export const OTHERWISE: Readonly<Record<string, string | boolean>> = {
  'subscribers[].rebalance.protocol': 'cooperative',
  'subscribers[].rebalance.staticMembership': true,
  // A share of a few instances is none, so that larger ones are not tried step by step.
  'outlierDetection.maxEjectionPercent': '100%',
  route: 'replica',
};

function componentSettings(written: MapNode): readonly Setting[] {
  const { explicit } = schemas();
  return COMPONENTS.flatMap((section) =>
    entries(get(written, section)).flatMap(([component, { value }]): readonly Setting[] => {
      const external = get(value, 'external');
      // The capacity of others is not ours to choose.
      if (external?.type === 'scalar' && external.value === true) return [];
      const path = [section, component];
      const schema = entrySchema(explicit, section);
      const moves = [
        ...chosenIn(value, path),
        ...alone(written, value, path),
        ...one(section, value, path),
        ...quickFailover(section, value, path),
        ...unwrittenIn(schema, value, path).flatMap((own) =>
          movesOf(own.field, own.value, own.path),
        ),
      ];
      return [{ of: { component }, moves }];
    }),
  );
}

/** More handlers for consumers that have the one of the default. Those of a function have as many as it has partitions. */
function alone(written: MapNode, component: Node, path: readonly PathKey[]): readonly Move[] {
  return ['consumers', 'subscribers'].flatMap((list) =>
    items(get(component, list)).flatMap((item, k) => {
      const [target = ''] = (text(get(item, 'call')) ?? '').split('.');
      const isKnown = get(item, 'concurrency') !== undefined;
      if (isKnown || target === '' || get(get(written, 'functions'), target) !== undefined)
        return [];
      return multiples([...path, list, k, 'concurrency'], scalar(1, item.at), 1);
    }),
  );
}

/** Sections whose components have one instance where they say nothing. */
const SINGLE: readonly string[] = ['services', 'gateways'];

function one(section: string, component: Node, path: readonly PathKey[]): readonly Move[] {
  const isKnown = ['replicas', 'autoscaling'].some((name) => get(component, name) !== undefined);
  if (isKnown || !SINGLE.includes(section)) return [];
  return movesOf('replicas', scalar(1, component.at), [...path, 'replicas']);
}

/** A failover that notices the loss of a primary sooner than that of its product, where the file has none of its own. */
function quickFailover(
  section: string,
  component: Node,
  path: readonly PathKey[],
): readonly Move[] {
  const isOpen =
    get(component, 'replicas') !== undefined && get(component, 'failover') === undefined;
  if (section !== 'databases' || !isOpen) return [];
  const value = single('detect', scalar('5s', component.at));
  return [{ path: pathText([...path, 'failover']), value, effort: 1 }];
}

function chosenIn(node: Node, path: readonly PathKey[]): readonly Move[] {
  return entries(node).flatMap(([name, { value }]) => {
    const below = [...path, name];
    if (value.type === 'map') return chosenIn(value, below);
    if (value.type === 'list')
      return value.items.flatMap((item, k) => chosenIn(item, [...below, k]));
    const [, , ...own] = below;
    const names = own[0] === 'pools' ? ['pool', ...own.slice(2)] : own;
    const field = names
      .map((key) => (typeof key === 'number' ? '[]' : `.${key}`))
      .join('')
      .slice(1);
    return movesOf(field, value, below);
  });
}

/** The changes of a field of a component; empty for facts. */
function movesOf(field: string, value: Node, path: readonly PathKey[]): readonly Move[] {
  const other = Object.hasOwn(OTHERWISE, field) ? OTHERWISE[field] : undefined;
  if (other !== undefined) {
    const isSo = value.type === 'scalar' && value.value === other;
    const move = { path: pathText(path), value: scalar(other, value.at), before: value };
    return isSo ? [] : [{ ...move, effort: 1 }];
  }
  const effort = Object.hasOwn(CHOSEN, field) ? CHOSEN[field] : undefined;
  return effort === undefined ? [] : multiples(path, value, effort);
}
