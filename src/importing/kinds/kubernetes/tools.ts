import { isWatcher, WATCHES } from '../../background.js';
import type { Cell } from '../../cell.js';
import type { System } from '../../system.js';
import type { Pods } from './component.js';
import { configMapsOf } from './environment.js';
import { containerOf } from './pods.js';
import { productIn } from './products.js';

const OF_NODE =
  'a DaemonSet that mounts files of its node takes no requests: no Service and no port of the node leads to it';
const LOGS =
  'Elasticsearch in a namespace of tools that watch keeps their logs: no other object names it';

/** The workloads that take no part in requests, with their reasons. `namesOf`: a workload, then the Services that select it. */
export function toolsIn(
  all: readonly Pods[],
  namesOf: (one: Pods) => readonly string[],
  system: System,
): ReadonlyMap<Pods, string> {
  const found = new Map<Pods, string>();
  for (const one of all) {
    if (isWatcher(imageOf(one))) found.set(one, WATCHES);
    else if (servesNode(one) && namesOf(one).length === 1) found.set(one, OF_NODE);
  }
  const keepsLogs = ({ pod }: Pods): boolean =>
    productIn(containerOf(pod), null) === 'elasticsearch';
  const others = all.filter((one) => !found.has(one));
  const parts = new Set(others.filter((one) => !keepsLogs(one)).map(({ namespace }) => namespace));
  // An exporter watches any database, also one of the system.
  const watched = new Set(
    [...found.keys()].flatMap((one) => (/exporter/.test(imageOf(one)) ? [] : one.namespace)),
  );
  const stores = others.filter(
    (one) => keepsLogs(one) && watched.has(one.namespace) && !parts.has(one.namespace),
  );
  if (stores.length === 0) return found;
  const objects = [
    ...others.flatMap((one) => (stores.includes(one) ? [] : one.document)),
    ...[...configMapsOf(system)].flatMap(([key, map]) =>
      watched.has(key.replace(/\/.*$/, '')) ? [] : map,
    ),
  ];
  const texts = objects.flatMap((one) => one.leaves().map(({ value }) => String(value)));
  for (const one of stores)
    if (!namesOf(one).some((name) => texts.some((text) => text.includes(name))))
      found.set(one, LOGS);
  return found;
}

function imageOf({ pod }: Pods): string {
  return containerOf(pod)?.get('image')?.text() ?? '';
}

/** Whether it runs on each node for files there, and nothing reaches it through the node. A worker that handles messages mounts none. */
function servesNode({ document, pod }: Pods): boolean {
  const isOpen = ({ path, value }: Cell): boolean =>
    /\.hostPort$/.test(path) || (/\.hostNetwork$/.test(path) && value === true);
  const volumes = pod?.get('volumes')?.items() ?? [];
  return (
    document.get('kind')?.text() === 'DaemonSet' &&
    volumes.some((one) => one.get('hostPath') !== undefined) &&
    !pod!.leaves().some(isOpen)
  );
}
