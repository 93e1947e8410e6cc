import type { Cell } from '../../cell.js';
import type { System } from '../../system.js';
import { namespaceOf } from '../kind.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { linkerdMesh } from './mesh.js';

const INJECT = 'linkerd.io/inject';

/** Namespaces and workloads whose pods get a proxy, or get none. */
interface Injection {
  readonly namespaces: Map<string, Cell>;
  readonly pods: Map<string, Cell>;
}

/** Notes the annotation of a Namespace or of the pods of a workload. */
export function noteInjection(document: Cell, system: System): void {
  const own = document.get('metadata', 'annotations', INJECT);
  const ofPods = document.get('spec', 'template', 'metadata', 'annotations', INJECT);
  const cell = ofPods ?? own;
  if (cell === undefined) return;
  const name = document.get('metadata', 'name')?.text() ?? '';
  const injection = injectionOf(system);
  if (document.get('kind')?.text() === 'Namespace') injection.namespaces.set(name, cell);
  else injection.pods.set(`${namespaceOf(document)}/${name}`, cell);
}

function injectionOf(system: System): Injection {
  return system.shared('pods of Linkerd', () => {
    const made: Injection = { namespaces: new Map(), pods: new Map() };
    system.later('settings', () => addInside(made, system));
    return made;
  });
}

/** Pods without an annotation have that of their namespace. */
function addInside({ namespaces, pods }: Injection, system: System): void {
  for (const [key, component] of clusterOf(system).components) {
    const cell = pods.get(key) ?? namespaces.get(key.replace(/\/.*$/, ''));
    if (cell === undefined || cell.text() === 'disabled') continue;
    linkerdMesh(system).inside.set(component, cell);
  }
}
