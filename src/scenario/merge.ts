import { impliedKind } from '../patterns/registry.js';
import { distributionLongForm } from '../contracts/quantities/distribution-text.js';
import { objectOf } from '../contracts/fields/kinds.js';
import { QuantityError } from '../contracts/quantities/quantity-text.js';
import type { Entry, MapNode, Node, Place } from './located.js';
import { get, isNull, list, map, scalar, text } from './located.js';
import { verbOf } from './verbs.js';

/** Keys whose values are always replaced as a whole, because a mixture of two has no meaning. */
export const WHOLE: ReadonlySet<string> = new Set(['to', 'zone', 'replicas', 'match', 'between']);

/**
 * Merges one value over another. Mappings merge by key; scalars and lists replace. A mapping of another kind, or a step
 * of another verb, replaces too. `null` deletes; it is kept until the end, so that it also deletes inherited values.
 * `under` is the key of both values, which determines the default kind of a policy.
 */
export function merge(below: Node, above: Node, under = ''): Node {
  if (above.type !== 'map') return above;
  const base = below.type === 'scalar' ? longScalar(below) : below;
  if (base === null || base.type !== 'map' || ofAnotherKind(base, above, under)) return above;
  const merged = new Map<string, Entry>(base.entries);
  for (const [key, entry] of above.entries) {
    const old = merged.get(key);
    const replaced =
      old === undefined || isNull(old.value) || isNull(entry.value) || WHOLE.has(key);
    merged.set(
      key,
      replaced ? entry : { key: entry.key, value: merge(old.value, entry.value, key) },
    );
  }
  return { ...above, entries: merged };
}

/**
 * Default kind of a policy under this key; null if the mapping is not such a policy, but for example a component of
 * that name.
 */
function meantKind(below: MapNode, under: string): string | null {
  const known = impliedKind(under);
  if (known === null) return null;
  const { shape } = objectOf(known.schema);
  return [...below.entries.keys()].some((field) => Object.hasOwn(shape, field)) ? known.kind : null;
}

/** Rewrites `exponential(5ms)` as `{ kind: exponential, mean: 5ms }`; null for text without a long form. */
export function longScalar(node: Node): MapNode | null {
  const written = text(node);
  if (written === undefined || !written.includes('(')) return null;
  try {
    const long = distributionLongForm(written);
    return long === null ? null : (located(long, node.at) as MapNode);
  } catch (error) {
    if (error instanceof QuantityError) return null;
    throw error;
  }
}

/** Converts maps, objects, lists and scalars to a tree in which all nodes have the same place. */
export function located(value: unknown, at: Place): Node {
  if (typeof value !== 'object' || value === null) {
    return scalar(value as string | number | boolean | null, at);
  }
  if (Array.isArray(value)) {
    const nodes = value.map((item) => located(item, at));
    return list(nodes, at);
  }
  const inner = new Map<string, Entry>();
  const pairs: Iterable<[string, unknown]> = value instanceof Map ? value : Object.entries(value);
  for (const [key, item] of pairs) inner.set(key, { key: at, value: located(item, at) });
  return map(inner, at);
}

function ofAnotherKind(below: MapNode, above: MapNode, under: string): boolean {
  const kind = text(get(above, 'kind'));
  const present = below.entries.has('kind') ? text(get(below, 'kind')) : meantKind(below, under);
  if (kind !== undefined && present !== null && present !== kind) return true;
  const verbBelow = verbOf(below.entries.keys());
  const verbAbove = verbOf(above.entries.keys());
  return verbBelow !== null && verbAbove !== null && verbBelow !== verbAbove;
}
