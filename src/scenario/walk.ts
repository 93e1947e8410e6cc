import { change, changeAll, changeItems, type Path, type MapNode, type Node } from './located.js';
import { MODULES, SECTIONS } from './modules/index.js';
import { visitStepsOf, visitBundle, visitPolicy, type Visitor } from './walk-steps.js';

/** Visits every component, workload and policy of a scenario. */
export function visitScenario(root: Node, visitor: Visitor): Node {
  if (root.type !== 'map') return root;
  let result: MapNode = root;
  const section = (name: string, by: (node: Node, path: Path) => Node): void => {
    result = change(result, name, (entries) =>
      changeAll(entries, (node, key) => by(node, [name, key])),
    );
  };
  section('policies', (node, path) => visitBundle(node, path, visitor));
  section('clusters', (node, path) => visitBundle(node, path, visitor));
  section('services', (node, path) => visitHost(node, path, visitor));
  section('gateways', (node, path) => visitHost(node, path, visitor));
  section('functions', (node, path) => visitHost(node, path, visitor));
  section('workloads', (node, path) => visitWorkload(node, path, visitor));
  for (const own of SECTIONS) {
    section(own, (node, path) => MODULES[own].visit(node, path, visitor));
  }
  result = change(result, 'mesh', (node) => visitMesh(node, visitor));
  section('templates', (node, path) => visitAny(node, path, visitor));
  section('defaults', (node, path) => visitAny(node, path, visitor));
  return result;
}

/** Visits a service, a gateway, or a template that may be used for one. */
function visitHost(node: Node, path: Path, visitor: Visitor): Node {
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
      visitStepsOf(endpoint, [...path, 'endpoints', name], visitor),
    ),
  );
  return change(host, 'routes', (routes) =>
    changeItems(routes, (route, index) => visitCall(route, [...path, 'routes', index], visitor)),
  );
}

function visitMesh(node: Node, visitor: Visitor): Node {
  const mesh = visitPolicy(node, ['mesh'], visitor);
  if (mesh.type !== 'map') return mesh;
  return change(mesh, 'outbound', (all) =>
    changeAll(all, (policy, callee) => visitBundle(policy, ['mesh', 'outbound', callee], visitor)),
  );
}

/** Visits the steps and bundles of the requests of a workload. */
function visitWorkload(node: Node, path: Path, visitor: Visitor): Node {
  if (node.type !== 'map') return node;
  const own = visitPolicy(node, path, visitor);
  if (own.type !== 'map') return own;
  return change(own, 'requests', (requests) =>
    changeItems(requests, (request, index) =>
      visitCall(request, [...path, 'requests', index], visitor),
    ),
  );
}

/** Visits the bundle and the steps of a route or a request. */
function visitCall(node: Node, path: Path, visitor: Visitor): Node {
  return visitStepsOf(visitPolicy(node, path, visitor), path, visitor);
}

/** Visits a template or a default as every kind of component, because its section is unknown. */
function visitAny(node: Node, path: Path, visitor: Visitor): Node {
  const own = visitWorkload(visitHost(node, path, visitor), path, visitor);
  return SECTIONS.reduce((entry, section) => MODULES[section].visit(entry, path, visitor), own);
}
