import { change, isNull, single, type MapNode, type Node } from './located.js';

/** A bare value as the field of a map. */
export function wrapScalar(node: Node, key: string): Node {
  return node.type === 'scalar' && !isNull(node) ? single(key, node) : node;
}

/** Like wrapScalar, also for the long form of a distribution, which is a mapping with a kind. */
export function wrapDistribution(node: Node, key: string): Node {
  if (node.type === 'map' && node.entries.has('kind')) return single(key, node);
  return wrapScalar(node, key);
}

/** The mapping with these fields converted. */
export function changeEach(node: Node, keys: readonly string[], by: (value: Node) => Node): Node {
  if (node.type !== 'map') return node;
  let result: MapNode = node;
  for (const key of keys) result = change(result, key, by);
  return result;
}

/** `cpu: 2` as `cpu: { cores: 2 }`. */
export function wrapCores(node: Node): Node {
  return changeEach(node, ['cpu'], (value) => wrapScalar(value, 'cores'));
}
