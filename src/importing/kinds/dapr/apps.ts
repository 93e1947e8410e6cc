import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { textsOf } from '../kind.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { variablesOf } from '../kubernetes/environment.js';
import { containerOf } from '../kubernetes/pods.js';
import type { Variable } from '../spring/layers.js';

/** A process with a sidecar of Dapr: pods, or what `dapr run -f` starts. */
export interface App {
  readonly component: Component;
  readonly namespace: string;
  readonly variables: readonly Variable[];
}

/** The id of the app of a workload; undefined = it has no sidecar of Dapr. */
export function idOf(document: Cell): string | undefined {
  const annotations = document.get('spec', 'template', 'metadata', 'annotations');
  return textsOf(annotations).get('dapr.io/app-id');
}

/** The apps that `dapr run -f` starts, by their ids. */
export function startedApps(system: System): Map<string, App> {
  return system.shared('apps of dapr run', () => new Map<string, App>());
}

/** The apps of Dapr by their ids; to be called from the phase `routes` on. An id is also a name by which others call an app. */
export function appsOf(system: System): ReadonlyMap<string, App> {
  return system.shared('apps of Dapr', () => {
    const { pods, components } = clusterOf(system);
    const found = new Map(startedApps(system));
    for (const { name, namespace, document, pod } of pods) {
      const id = idOf(document);
      const component = components.get(`${namespace}/${name}`);
      if (id === undefined || component?.section !== 'services') continue;
      system.addHost(id, namespace, component);
      found.set(id, {
        component,
        namespace,
        variables: variablesOf(containerOf(pod), namespace, system),
      });
    }
    return found;
  });
}

/** An app that uses a Component, with what says so: `scopes`, or a variable whose value is its name. */
interface User {
  readonly app: Component;
  readonly place: Cell;
}

/** The apps that use the Component of a document. Without `scopes` all may: those count that have its name in a variable. */
export function usersOf(document: Cell, name: string, system: System): readonly User[] {
  const apps = appsOf(system);
  const scopes = document.get('scopes')?.items() ?? [];
  if (scopes.length > 0) {
    return scopes.flatMap((place) => {
      const app = apps.get(place.text() ?? '')?.component;
      return app === undefined ? [] : [{ app, place }];
    });
  }
  return [...apps.values()].flatMap(({ component, variables }) => {
    const named = variables.find(({ value }) => value.text() === name);
    return named === undefined ? [] : [{ app: component, place: named.value }];
  });
}
