import type { Plan } from '../../../contracts/plan/plan.js';
import type { Priorities, PriorityLabel } from '../../../contracts/scenario/balancing.js';
import type { Instance } from '../../data/instances/instance.js';

type Places = Pick<Plan, 'zones' | 'regions' | 'labels' | 'components'>;
type Place = Pick<Instance, 'component' | 'zone' | 'version'>;

/** Labels of Kubernetes that name the place of an instance. */
const ZONE_LABEL = 'topology.kubernetes.io/zone';
const REGION_LABEL = 'topology.kubernetes.io/region';

/**
 * The level of each instance of a callee for one caller, 0 = first, without gaps. Istio ranks by labels, then by place
 * where an order of places is written too (pilot/pkg/networking/core/loadbalancer/loadbalancer.go:
 * applyFailoverPriorities, applyLocalityFailover).
 */
export function localityLevels(
  plan: Places,
  caller: Place,
  callees: readonly Place[],
  { failover, failoverPriority }: Pick<Priorities, 'failover' | 'failoverPriority'>,
): Int32Array {
  const byPlace = placeRanks(plan, caller, callees, failover);
  if (failoverPriority === undefined) return withoutGaps(byPlace);
  const byLabels = callees.map((one) => labelRank(plan, caller, one, failoverPriority));
  if (Object.keys(failover).length === 0) return withoutGaps(byLabels);
  const size = Math.max(0, ...byPlace) + 1;
  return withoutGaps(byLabels.map((rank, k) => rank * size + byPlace[k]!));
}

/** 0 = the zone of the caller, 1 = its region, then the places that are named, then all others. */
function placeRanks(
  { zones, regions }: Places,
  caller: Place,
  callees: readonly Place[],
  failover: Priorities['failover'],
): readonly number[] {
  if (caller.zone < 0) return callees.map(() => 0);
  const own = zones[caller.zone]!;
  if (Object.hasOwn(failover, own)) {
    const order = [own, ...failover[own]!];
    return callees.map(({ zone }) => rankIn(order, zone < 0 ? '' : zones[zone]!));
  }
  const region = regions[caller.zone]!;
  const after = Object.hasOwn(failover, region) ? failover[region]! : [];
  return callees.map(({ zone }) => {
    if (zone === caller.zone) return 0;
    return 1 + rankIn([region, ...after], zone < 0 ? '' : regions[zone]!);
  });
}

function rankIn(order: readonly string[], name: string): number {
  const at = order.indexOf(name);
  return at < 0 ? order.length : at;
}

/** 0 = all labels are equal; the earlier the first difference, the higher. */
function labelRank(
  plan: Places,
  caller: Place,
  callee: Place,
  labels: readonly PriorityLabel[],
): number {
  // Istio leaves the order to proxies with labels.
  if (isBare(plan, caller)) return 0;
  const at = labels.findIndex(
    ({ name, value }) => (value ?? labelOf(plan, caller, name)) !== labelOf(plan, callee, name),
  );
  return at < 0 ? 0 : labels.length - at;
}

function isBare({ labels, components }: Places, { component, zone }: Place): boolean {
  return labels[component]!.size === 0 && zone < 0 && components[component]!.versions === null;
}

/** Value of a label of an instance, '' = it does not have it. */
function labelOf(plan: Places, { component, zone, version }: Place, name: string): string {
  const { versions } = plan.components[component]!;
  const written = versions?.labels?.[version]?.get(name) ?? plan.labels[component]!.get(name);
  if (written !== undefined) return written;
  if (name === 'version') return versions?.names[version] ?? '';
  if (zone < 0) return '';
  if (name === ZONE_LABEL) return plan.zones[zone]!;
  return name === REGION_LABEL ? plan.regions[zone]! : '';
}

function withoutGaps(ranks: readonly number[]): Int32Array {
  const sorted = [...new Set(ranks)].sort((a, b) => a - b);
  return Int32Array.from(ranks, (rank) => sorted.indexOf(rank));
}
