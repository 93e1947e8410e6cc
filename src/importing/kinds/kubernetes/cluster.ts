import type { Cell } from '../../cell.js';
import { plural } from '../../../text/words.js';
import type { Component, System } from '../../system.js';
import { countingOf, PATCH, reasonOf } from '../../again.js';
import { noteClosed } from '../../workers.js';
import { addComponent, type Pods } from './component.js';
import { variablesOf } from './environment.js';
import { containerOf } from './pods.js';
import { databasesIn } from './products.js';
import { toolsIn } from './tools.js';
import { withReferences } from './workload-refs.js';

/** A Service that selects pods. */
export interface Selecting {
  readonly name: string;
  readonly namespace: string;
  readonly selector: ReadonlyMap<string, string>;
  readonly document: Cell;
}

/** The resources of all files that are joined by labels and names. */
export interface Cluster {
  readonly pods: Pods[];
  readonly services: Selecting[];
  /** The component of each workload, by `namespace/name`; complete in the phase `settings`. */
  readonly components: Map<string, Component>;
  /** The version of each workload that is one of several of a component, by the same names. */
  readonly versions: Map<string, string>;
}

/** The resources that the documents of a system have given. */
export function clusterOf(system: System): Cluster {
  return system.shared('kubernetes', () => {
    const made: Cluster = { pods: [], services: [], components: new Map(), versions: new Map() };
    system.later('parts', () => join(made, system));
    return made;
  });
}

/** Makes one component of the pods of each Service, the widest selector first, and of each workload without one. */
function join({ pods: all, services, components, versions }: Cluster, system: System): void {
  const pods = withoutTools(withoutDuplicates(withReferences(all), system), services, system);
  const groups = services.map((service) => ({
    service,
    group: pods.filter(isSelectedBy(service)),
  }));
  // Of a stable and a preview Service of the same pods the one with their name counts.
  const isNamesake = ({ service, group }: (typeof groups)[number]): number =>
    group[0]?.name === service.name ? 1 : 0;
  groups.sort(
    (a, b) =>
      b.group.length - a.group.length ||
      (a.group[0] === b.group[0] ? isNamesake(b) - isNamesake(a) : 0),
  );
  const databases = databasesIn(
    pods.flatMap(({ pod, namespace }) =>
      variablesOf(containerOf(pod), namespace, system).map(({ value }) => value.text() ?? ''),
    ),
  );
  const known = new Map<Pods, Component>();
  for (const { service, group } of groups) {
    const [first] = group;
    if (first === undefined) continue;
    let component = known.get(first);
    if (component === undefined) {
      const called = databases.get(service.name) ?? null;
      const [name, origin] = wantedName(service, group, groups);
      component = addComponent(name, origin, group, system, called);
      for (const [k, each] of group.entries()) {
        known.set(each, component);
        const version = component.versions[k];
        if (version !== undefined) versions.set(identityOf(each), version);
      }
    }
    const version = group.length === 1 ? versions.get(identityOf(first)) : undefined;
    system.addHost(service.name, service.namespace, component, version);
    component.entry ??= entryOf(service.document);
  }
  for (const each of pods) {
    const called = databases.get(each.name) ?? null;
    const component =
      known.get(each) ?? addComponent(each.name, nameOf(each.document), [each], system, called);
    components.set(`${each.namespace}/${each.name}`, component);
    if (known.has(each)) continue;
    if ((containerOf(each.pod)?.get('ports')?.items() ?? []).length === 0)
      noteClosed(component, each.document, system);
    // Files of one chart often lack the Services of another one: an address names its pods all the same.
    const service = each.document.get('spec', 'serviceName')?.text() ?? each.name;
    for (const host of [service, each.name]) system.addHost(host, each.namespace, component);
  }
}

/**
 * The definition of each workload that counts: an object that is applied again replaces the one before. A part without an
 * image is a patch, which Kustomize merges with the whole.
 */
function withoutDuplicates(all: readonly Pods[], system: System): readonly Pods[] {
  const groups = new Map<string, Pods[]>();
  for (const each of withoutOwned(all)) {
    const key = identityOf(each);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const isFound = (file: string): boolean => system.found.has(file);
  const again: (readonly [before: Pods, after: Pods])[] = [];
  const kept: Pods[] = [];
  for (const group of groups.values()) {
    const whole = group.filter(hasImage);
    const after = countingOf(whole.length > 0 ? whole : group, (one) => isFound(one.document.file));
    kept.push(after);
    for (const each of group) {
      const { document } = each;
      if (document === after.document) continue;
      const isPatch = !hasImage(each) && hasImage(after);
      if (!isPatch) again.push([each, after]);
      document.relist(isPatch ? PATCH : reasonOf(document, after.document, isFound));
    }
  }
  askAboutOthers(again, system);
  // The API server takes no container without an image: such a part of a folder changes others by their labels.
  const isPart = (one: Pods): boolean => isFound(one.document.file) && !hasImage(one);
  if (kept.every(isPart)) return kept;
  for (const { document } of kept.filter(isPart)) document.relist(PATCH);
  return kept.filter((one) => !isPart(one));
}

/** Files of a folder that define a workload differently are several clusters or environments. */
function askAboutOthers(
  again: readonly (readonly [before: Pods, after: Pods])[],
  system: System,
): void {
  const different = again.filter(
    ([{ document: before }, { document: after }]) =>
      system.found.has(before.file) &&
      system.found.has(after.file) &&
      before.file !== after.file &&
      textOf(before) !== textOf(after),
  );
  const [first] = different;
  if (first === undefined) return;
  const [before, after] = first;
  const others = new Set(different.map(([{ name }]) => name)).size - 1;
  const more = others === 0 ? '' : ` and ${plural(others, 'other workload')}`;
  system.ask(
    `Do ${before.document.file} and ${after.document.file} run side by side? Both define ${before.name}${more}, and the later file counts: import one cluster, or one environment, at a time`,
  );
}

function textOf(document: Cell): string {
  return JSON.stringify(document.leaves().map(({ path, value }) => [path, value]));
}

interface Selected {
  readonly service: Selecting;
  readonly group: readonly Pods[];
}

/** The name of the Service, or that of the pods of which several Services are named, such as `web-stable` and `web-canary`. */
function wantedName(
  service: Selecting,
  group: readonly Pods[],
  groups: readonly Selected[],
): readonly [string, Cell | undefined] {
  const [first] = group;
  const same = groups.filter((one) => one.group.length === 1 && one.group[0] === first);
  const isTheirs =
    group.length === 1 &&
    same.length > 1 &&
    same.every((one) => one.service.name.startsWith(`${first!.name}-`));
  return isTheirs
    ? [first!.name, nameOf(first!.document)]
    : [service.name, nameOf(service.document)];
}

/** Leaves out tools that watch the system or its nodes, and their databases. No component then has their names. */
function withoutTools(
  all: readonly Pods[],
  services: readonly Selecting[],
  system: System,
): readonly Pods[] {
  const namesOf = (one: Pods): readonly string[] => [
    one.name,
    ...services.flatMap((service) => (isSelectedBy(service)(one) ? [service.name] : [])),
  ];
  const reasons = toolsIn(all, namesOf, system);
  // Alone they are the system. Files of Docker Compose have added theirs before.
  if (reasons.size === all.length && system.components.length === 0) return all;
  for (const [one, reason] of reasons) {
    one.document.relist(reason);
    for (const name of namesOf(one)) system.tools.add(name);
  }
  return all.filter((one) => !reasons.has(one));
}

/** A list of all objects of a cluster has the ReplicaSets and pods of a Deployment too. */
function withoutOwned(all: readonly Pods[]): readonly Pods[] {
  const names = new Set(all.map(identityOf));
  // The name of a ReplicaSet is that of its Deployment and a hash.
  const isThere = ({ namespace, owner }: Pods): boolean =>
    owner !== null &&
    [owner, owner.replace(/-[a-z0-9]+$/, '')].some((name) => names.has(`${namespace}/${name}`));
  for (const each of all.filter(isThere))
    each.document.relist(`part of ${each.owner}, which counts`);
  return all.filter((each) => !isThere(each));
}

function hasImage({ pod }: Pods): boolean {
  return containerOf(pod)?.get('image') !== undefined;
}

/** Whatever its kind: one Deployment and one StatefulSet of a name are two ways to run it. */
function identityOf({ namespace, name }: Pods): string {
  return `${namespace}/${name}`;
}

/** Names of the workloads of all files, and of the Services that select one. */
export function runningIn({ pods, services }: Cluster): ReadonlySet<string> {
  const selecting = services.filter((service) => pods.some(isSelectedBy(service)));
  return new Set([...pods, ...selecting].map(({ name }) => name));
}

/** Leaves out the workloads with one of these names, and those behind a Service with one. */
export function leaveOut(
  { pods, services }: Cluster,
  names: ReadonlySet<string>,
  reason: string,
): void {
  const selecting = services.filter(({ name }) => names.has(name)).map(isSelectedBy);
  const left = pods.filter(
    (each) => names.has(each.name) || selecting.some((isSelected) => isSelected(each)),
  );
  for (const each of left) {
    each.document.relist(reason);
    pods.splice(pods.indexOf(each), 1);
  }
}

/** Whether a selector in a namespace chooses these pods. */
export function isSelectedBy({
  namespace,
  selector,
}: Pick<Selecting, 'namespace' | 'selector'>): (pods: Pods) => boolean {
  return (pods) => selector.size > 0 && pods.namespace === namespace && hasLabels(pods, selector);
}

/** Whether pods have all of some labels. */
export function hasLabels({ labels }: Pods, wanted: ReadonlyMap<string, string>): boolean {
  return [...wanted].every(([key, value]) => labels.get(key) === value);
}

function nameOf(document: Cell): Cell | undefined {
  return document.get('metadata', 'name');
}

/** A Service that is published outside the cluster. */
function entryOf(document: Cell): Cell | null {
  const type = document.get('spec', 'type');
  return ['LoadBalancer', 'NodePort'].includes(type?.text() ?? '') ? type! : null;
}
