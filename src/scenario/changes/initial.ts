import { change, changeAll, get, map, type MapNode, type Node } from '../located.js';

/**
 * Removes the numbers of replicas that only say how many there are at the start: with an autoscaler they need not be
 * within bounds that change later.
 */
export function withoutInitial(tree: MapNode): MapNode {
  const bare = (host: Node): Node => {
    if (host.type !== 'map' || get(host, 'autoscaling') === undefined) return host;
    return map(new Map([...host.entries].filter(([key]) => key !== 'replicas')), host.at);
  };
  let result = tree;
  for (const section of ['services', 'gateways']) {
    result = change(result, section, (hosts) => changeAll(hosts, bare));
  }
  return result;
}
