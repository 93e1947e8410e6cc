import { objectOf } from '../../contracts/fields/kinds.js';
import { policyKinds } from '../../patterns/registry.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import type { PolicyName } from '../../contracts/patterns/policy-traits.js';
import {
  entries,
  get,
  map,
  pathText,
  scalar,
  single,
  text,
  type MapNode,
  type Node,
  type PathKey,
} from '../located.js';
import { schemas } from '../schemas.js';
import { bundleIdAt } from '../resolve/bundles.js';
import { visitScenario } from '../walk.js';
import { isSetting } from './change.js';
import { movesOf } from './chosen.js';
import { CODES } from './inputs.js';
import { componentSettings } from './component-settings.js';
import { multiples, type Move, type Setting } from './moves.js';
import { entrySchema, unwrittenIn } from './unwritten.js';

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
          ...connecting(node, path),
        ];
        found.push({ of: { bundle: meshNamed(bundleIdAt(written, path)) }, moves });
      }
      return inner(node);
    },
  });
  return found;
}

/** How long a call waits for a new connection: without a limit as long as TCP does, or the call itself. */
function connecting(bundle: MapNode, path: readonly PathKey[]): readonly Move[] {
  const connections = get(bundle, 'connections');
  if (connections?.type !== 'map' || get(bundle, 'extends') !== undefined) return [];
  const own = [...path, 'connections', 'connectTimeout'];
  const written = get(connections, 'connectTimeout');
  if (written !== undefined) return multiples(own, written, 1);
  return CONNECT_LIMITS.map((limit) => ({
    path: pathText(own),
    value: scalar(limit, bundle.at),
    effort: 1,
  }));
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
    if (CODES.has(name)) return [];
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
const CONNECT_LIMITS = ['1s', '250ms'] as const;
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
