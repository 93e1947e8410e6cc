import type { MapNode, Node, PathKey } from './located.js';
import { change, changeAll, changeItems } from './located.js';

/**
 * Visits all places of a scenario that may contain policies or steps, in one implementation for all passes: a pass
 * converts policies and steps, and gets a tree with them replaced. Paths are those of the tree.
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

export type Path = readonly PathKey[];

/** Every component, workload and policy of a scenario. */
export function visitScenario(root: Node, visitor: Visitor): Node {
  if (root.type !== 'map') return root;
  let result: MapNode = root;
  const section = (name: string, by: (node: Node, path: Path) => Node): void => {
    result = change(result, name, (entries) =>
      changeAll(entries, (node, key) => by(node, [name, key])),
    );
  };
  section('policies', (node, path) => visitBundle(node, path, visitor));
  section('services', (node, path) => visitHost(node, path, visitor));
  section('gateways', (node, path) => visitHost(node, path, visitor));
  section('functions', (node, path) => visitHost(node, path, visitor));
  section('workloads', (node, path) => visitWorkload(node, path, visitor));
  section('sagas', (node, path) => visitSaga(node, path, visitor));
  section('topics', (node, path) => visitHolder(node, path, visitor));
  section('queues', (node, path) => visitHolder(node, path, visitor));
  section('templates', (node, path) => visitAny(node, path, visitor));
  section('defaults', (node, path) => visitAny(node, path, visitor));
  return result;
}

/** A service, a gateway, or a template that may become one. */
export function visitHost(node: Node, path: Path, visitor: Visitor): Node {
  if (node.type !== 'map') return node;
  let host = change(node, 'outbound', (value) =>
    changeAll(value, (policy, callee) =>
      visitBundle(policy, [...path, 'outbound', callee], visitor),
    ),
  );
  host = change(host, 'versions', (value) =>
    changeAll(value, (version, name) => visitHost(version, [...path, 'versions', name], visitor)),
  );
  host = change(host, 'endpoints', (value) =>
    changeAll(value, (endpoint, name) =>
      endpoint.type !== 'map'
        ? endpoint
        : change(endpoint, 'steps', (steps) =>
            visitSteps(steps, [...path, 'endpoints', name, 'steps'], visitor),
          ),
    ),
  );
  return change(host, 'routes', (routes) =>
    changeItems(routes, (route, index) => {
      const at = [...path, 'routes', index];
      const changed = visitPolicy(route, at, visitor);
      if (changed.type !== 'map') return changed;
      return change(changed, 'steps', (steps) => visitSteps(steps, [...at, 'steps'], visitor));
    }),
  );
}

/** Visits the steps and bundles of a workload's requests, as the visitor asks. */
export function visitWorkload(node: Node, path: Path, visitor: Visitor): Node {
  if (node.type !== 'map') return node;
  const own = visitPolicy(node, path, visitor);
  if (own.type !== 'map') return own;
  return change(own, 'requests', (requests) =>
    changeItems(requests, (request, index) => {
      const at = [...path, 'requests', index];
      const changed = visitPolicy(request, at, visitor);
      if (changed.type !== 'map') return changed;
      return change(changed, 'steps', (steps) => visitSteps(steps, [...at, 'steps'], visitor));
    }),
  );
}

/** The bundles of a saga: those of its steps, and the one of its compensations. */
export function visitSaga(node: Node, path: Path, visitor: Visitor): Node {
  if (node.type !== 'map') return node;
  const steps = (list: Node, at: Path): Node =>
    changeItems(list, (step, index) =>
      step.type === 'list'
        ? steps(step, [...at, index])
        : visitPolicy(step, [...at, index], visitor),
    );
  const own = change(node, 'compensationPolicy', (policy) =>
    visitBundle(policy, [...path, 'compensationPolicy'], visitor),
  );
  return change(own, 'steps', (list) => steps(list, [...path, 'steps']));
}

/** The bundles of the message handlers of a topic or a queue. */
function visitHolder(node: Node, path: Path, visitor: Visitor): Node {
  if (node.type !== 'map') return node;
  const list = (holder: MapNode, name: string): MapNode =>
    change(holder, name, (entries) =>
      changeItems(entries, (entry, index) => visitPolicy(entry, [...path, name, index], visitor)),
    );
  return list(list(node, 'subscribers'), 'consumers');
}

/** A list of steps and everything inside them. */
export function visitSteps(node: Node, path: Path, visitor: Visitor): Node {
  return changeItems(node, (step, index) => visitStep(step, [...path, index], visitor));
}

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
  step = inner(step, 'loop', 'steps', (steps) =>
    visitSteps(steps, [...path, 'loop', 'steps'], visitor),
  );
  for (const verb of ['transaction', 'lock']) {
    step = inner(step, verb, 'steps', (steps) =>
      visitSteps(steps, [...path, verb, 'steps'], visitor),
    );
  }
  step = inner(step, 'respond', 'then', (steps) =>
    visitSteps(steps, [...path, 'respond', 'then'], visitor),
  );
  for (const list of ['onMiss', 'write']) {
    step = inner(step, 'cache', list, (steps) =>
      visitSteps(steps, [...path, 'cache', list], visitor),
    );
  }
  return change(step, 'choose', (branches) =>
    changeItems(branches, (branch, index) =>
      branch.type !== 'map'
        ? branch
        : change(branch, 'steps', (steps) =>
            visitSteps(steps, [...path, 'choose', index, 'steps'], visitor),
          ),
    ),
  );
}

/** A template or a default may be anything: whatever of it looks like a host or a workload is visited. */
function visitAny(node: Node, path: Path, visitor: Visitor): Node {
  const own = visitWorkload(visitHost(node, path, visitor), path, visitor);
  return visitHolder(visitSaga(own, path, visitor), path, visitor);
}

function visitPolicy(node: Node, path: Path, visitor: Visitor): Node {
  if (node.type !== 'map') return node;
  return change(node, 'policy', (policy) => visitBundle(policy, [...path, 'policy'], visitor));
}

function visitBundle(node: Node, path: Path, visitor: Visitor): Node {
  const inner = (bundle: Node): Node => {
    if (bundle.type !== 'map') return bundle;
    return change(bundle, 'fallback', (fallback) =>
      fallback.type !== 'map'
        ? fallback
        : change(fallback, 'steps', (steps) =>
            visitSteps(steps, [...path, 'fallback', 'steps'], visitor),
          ),
    );
  };
  return visitor.policy === undefined ? inner(node) : visitor.policy(node, path, inner);
}

function inner(node: MapNode, verb: string, key: string, by: (value: Node) => Node): MapNode {
  return change(node, verb, (value) => (value.type === 'map' ? change(value, key, by) : value));
}
