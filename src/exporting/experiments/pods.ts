import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Experimental } from './experiment.js';
import type { Unwritten } from './faults.js';

/** Some pods, as a selector of Chaos Mesh. */
export interface Pods {
  readonly chosen: Mode & { readonly selector: Selector };
  readonly remarks: readonly string[];
}

/** How many of the selected pods are hit. */
interface Mode {
  readonly mode: 'all' | 'one' | 'fixed' | 'fixed-percent';
  readonly value?: string;
}

interface Selector {
  readonly namespaces: readonly string[];
  readonly labelSelectors?: Readonly<Record<string, string>>;
  readonly expressionSelectors?: readonly { readonly values: readonly string[] }[];
  readonly nodeSelectors?: Readonly<Record<string, string>>;
}

/** What is said of the labels of a selector that a product has no room for. */
export function leftLabels(labels: readonly string[]): readonly string[] {
  return labels.length === 0 ? [] : [`its other labels are left out: ${labels.join(', ')}`];
}

/** The pods that a fault hits, or why no selector names them. */
export function podsOf(
  targets: readonly string[],
  fault: Pick<Fault, 'instances' | 'zone' | 'role' | 'labels'>,
  of: Experimental,
): Pods | Unwritten {
  const names = [...new Set(targets.map((target) => target.split(/[.[]/)[0]!))];
  const zones = names.filter((name) => of.scenario.network.zones.has(name));
  const outside = names.filter((name) => !zones.includes(name) && !hasPods(name, of));
  if (outside.length > 0)
    return { reason: `${outside.join(', ')} ${outside.length === 1 ? 'is' : 'are'} no pods` };
  const zone = fault.zone ?? zones[0] ?? null;
  const labels = { ...Object.fromEntries(fault.labels) };
  const apps = names.filter((name) => !zones.includes(name));
  const selector = {
    namespaces: [of.namespace],
    ...(apps.length === 1
      ? { labelSelectors: { app: apps[0]!, ...labels } }
      : Object.keys(labels).length > 0
        ? { labelSelectors: labels }
        : {}),
    ...(apps.length > 1 && { expressionSelectors: [{ key: 'app', operator: 'In', values: apps }] }),
    ...(zone !== null && { nodeSelectors: { 'topology.kubernetes.io/zone': zone } }),
  };
  const indices = targets.filter((target) => target.includes('[')).length;
  const { mode, remarks } = chosenBy(fault, indices);
  return { chosen: { ...mode, selector }, remarks };
}

/** The pods of all callers of some components. */
export function podsThatCall(names: readonly string[], of: Experimental): Pods | Unwritten {
  const callers = [...new Set(names.flatMap((name) => of.callers.get(name) ?? []))].filter((name) =>
    hasPods(name, of),
  );
  if (callers.length === 0) return { reason: 'no pods call it' };
  const all = { instances: { kind: 'all' }, zone: null, role: null, labels: new Map() } as const;
  return podsOf(callers, all, of);
}

/** The host of a component in the cluster; an external one is outside. */
export function hostOf(name: string, { namespace, scenario: { services } }: Experimental): string {
  return services.get(name)?.external === true
    ? `${name}.example.com`
    : `${name}.${namespace}.svc.cluster.local`;
}

function hasPods(
  name: string,
  { scenario: { services, gateways, databases } }: Experimental,
): boolean {
  const own = services.get(name) ?? gateways.get(name) ?? databases.get(name);
  return own !== undefined && !own.external;
}

function chosenBy(
  { instances, role }: Pick<Fault, 'instances' | 'role'>,
  indices: number,
): { readonly mode: Mode; readonly remarks: readonly string[] } {
  const ofRole =
    role === null
      ? []
      : [`one pod is hit: add the label of the ${role}, which the scenario has not`];
  if (role !== null) return { mode: { mode: 'one' }, remarks: ofRole };
  const some = 'pods are chosen at random, and not by their number';
  if (indices > 0) return { mode: { mode: 'fixed', value: String(indices) }, remarks: [some] };
  switch (instances.kind) {
    case 'all':
      return { mode: { mode: 'all' }, remarks: [] };
    case 'count':
      return { mode: { mode: 'fixed', value: String(instances.count) }, remarks: [] };
    case 'share': {
      const value = String(Math.round(100 * instances.share));
      return { mode: { mode: 'fixed-percent', value }, remarks: [] };
    }
    case 'indices': {
      const value = String(instances.indices.length);
      return { mode: { mode: 'fixed', value }, remarks: [some] };
    }
  }
}
