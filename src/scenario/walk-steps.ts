import type { Path, MapNode, Node, PathKey } from './located.js';
import { change, changeItems } from './located.js';

/**
 * Visits all places of a scenario that can contain policies or steps. A pass converts them and gets a tree with the
 * results. Paths are those of the tree.
 */
export interface Visitor {
  /**
   * A value of `policy:` or of `outbound`, or an entry of `policies`. `inner` visits the steps that its
   * fallback runs.
   */
  policy?(node: Node, path: readonly PathKey[], inner: (bundle: Node) => Node): Node;
  /** One step, before its inner steps. */
  step?(node: Node, path: readonly PathKey[]): Node;
}

/** Visits a list of steps and everything inside them. */
function visitSteps(node: Node, path: Path, visitor: Visitor): Node {
  return changeItems(node, (step, index) => visitStep(step, [...path, index], visitor));
}

/** By verb: the lists of steps in it. */
const INNER = [
  ['loop', 'steps'],
  ['transaction', 'steps'],
  ['lock', 'steps'],
  ['respond', 'then'],
  ['cache', 'onMiss'],
  ['cache', 'write'],
] as const;

function visitStep(node: Node, path: Path, visitor: Visitor): Node {
  const own = visitor.step?.(node, path) ?? node;
  if (own.type !== 'map') return own;
  let step = visitPolicy(own, path, visitor) as MapNode;
  step = change(step, 'onError', (steps) => visitSteps(steps, [...path, 'onError'], visitor));
  step = inner(step, 'parallel', 'branches', (branches) =>
    changeItems(branches, (branch, index) =>
      visitSteps(branch, [...path, 'parallel', 'branches', index], visitor),
    ),
  );
  for (const [verb, list] of INNER) {
    step = inner(step, verb, list, (steps) => visitSteps(steps, [...path, verb, list], visitor));
  }
  return change(step, 'choose', (branches) =>
    changeItems(branches, (branch, index) =>
      visitStepsOf(branch, [...path, 'choose', index], visitor),
    ),
  );
}

/** Visits the steps of the field `steps`. */
export function visitStepsOf(node: Node, path: Path, visitor: Visitor): Node {
  if (node.type !== 'map') return node;
  return change(node, 'steps', (steps) => visitSteps(steps, [...path, 'steps'], visitor));
}

/** Visits the bundle of the field `policy`. */
export function visitPolicy(node: Node, path: Path, visitor: Visitor): Node {
  if (node.type !== 'map') return node;
  return change(node, 'policy', (policy) => visitBundle(policy, [...path, 'policy'], visitor));
}

/** Visits a bundle, with the steps of its fallback. */
export function visitBundle(node: Node, path: Path, visitor: Visitor): Node {
  const inner = (bundle: Node): Node => {
    if (bundle.type !== 'map') return bundle;
    return change(bundle, 'fallback', (fallback) =>
      visitStepsOf(fallback, [...path, 'fallback'], visitor),
    );
  };
  return visitor.policy === undefined ? inner(node) : visitor.policy(node, path, inner);
}

/** Visits the bundles of the consumers or subscribers of a queue or topic. */
export function visitHandlers(node: Node, path: Path, list: string, visitor: Visitor): Node {
  if (node.type !== 'map') return node;
  return change(node, list, (entries) =>
    changeItems(entries, (entry, index) => visitPolicy(entry, [...path, list, index], visitor)),
  );
}

function inner(node: MapNode, verb: string, key: string, by: (value: Node) => Node): MapNode {
  return change(node, verb, (value) => (value.type === 'map' ? change(value, key, by) : value));
}
