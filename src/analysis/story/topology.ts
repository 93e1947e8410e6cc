import { hitsNothing } from '../measure/background.js';
import type { PlanComponent, PlanFault } from '../../contracts/plan/plan.js';
import type { FaultInfo } from '../../contracts/result/result.js';
import type { Topology, TopologyNode } from '../../contracts/result/topology.js';
import type { Host } from '../../contracts/scenario/host.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Ns } from '../../kernel/time.js';
import { wordsOf } from './fault-events.js';
import { flowsOf } from './flows.js';
import { spansIn } from '../measure/faulted.js';
import { comesAndGoes } from '../../contracts/plan/versions.js';
import { partName } from '../../contracts/plan/names.js';
import { byCodeUnit } from '../../text/order.js';
import { partsOf, type VariantData } from '../measure/variant-data.js';

/** Nodes and component edges of a variant. */
export function topologyOf(data: VariantData): Topology {
  const { plan } = data;
  const edges = data.edges.map((edge) => ({
    from: plan.components[edge.from].name,
    to: plan.components[edge.to].name,
    parts: edge.stats
      .map((stat) => plan.statEdges[stat])
      .map(({ from, to }) => `${partName(plan, from)}->${partName(plan, to)}`)
      .sort(byCodeUnit),
  }));
  const flows = flowsOf(plan).map(({ from, to }) => ({
    from: plan.components[from].name,
    to: plan.components[to].name,
    parts: [],
  }));
  return { nodes: nodesOf(data), edges: [...edges, ...flows] };
}

/** Components of a variant that differ from the topology of the baseline, or that only the variant has. */
export function changedNodes(data: VariantData, { nodes }: Topology): readonly TopologyNode[] {
  const known = new Map(nodes.map((node) => [node.name, JSON.stringify(node)]));
  return nodesOf(data).filter((node) => known.get(node.name) !== JSON.stringify(node));
}

function nodesOf(data: VariantData): readonly TopologyNode[] {
  const { plan } = data;
  const depths = depthsOf(data);
  return plan.components.map((component, id): TopologyNode => {
    const host = hostNamed(data.variant.scenario, component.name);
    const isWorkload = component.kind === 'workload';
    return {
      name: component.name,
      kind: component.kind,
      title: host?.title ?? data.variant.scenario.workloads.get(component.name)?.title ?? null,
      replicas: isWorkload ? 0 : placesOf(component),
      ...scalingOf(component),
      concurrency: isWorkload ? null : finiteOrNull(component.concurrency),
      queueCapacity: isWorkload ? null : finiteOrNull(component.queue.capacity),
      cores: isWorkload ? null : finiteOrNull(component.cpu.cores),
      runtime: component.runtime,
      external: component.external,
      critical: component.critical,
      depth: depths[id],
      parts: partsOf(plan, id).map((part) => plan.parts[part].name),
      zones: host?.zones ?? [],
    };
  });
}

/** Faults of a scenario that hit something, with their spans in seconds, in the order of the plan. */
export function faultInfos(data: VariantData): readonly FaultInfo[] {
  const { plan } = data;
  const seconds = (ns: Ns): number => (ns - plan.warmupNs) / 1e9;
  const acting = plan.faults.filter((fault) => !hitsNothing(fault, plan));
  return acting.map((fault) => {
    const source = data.variant.scenario.faults.find((candidate) => candidate.id === fault.id);
    return {
      id: fault.id,
      kind: fault.kind,
      target:
        fault.rollout === null ? (source?.target ?? []) : [plan.components[fault.rollout].name],
      // A conditional or random fault has the spans of the first run.
      spans: (isKnown(fault) ? fault.spans : spansIn(data, fault, data.records[0])).map((span) => ({
        from: seconds(span.fromNs),
        until: seconds(Math.min(span.untilNs, plan.endNs)),
      })),
      words: wordsOf(data, fault),
    };
  });
}

/** Number of instances that can exist; those of a new version replace the old ones. */
function placesOf({ instances, versions }: PlanComponent): number {
  return (versions?.rollout ?? null) === null ? instances : instances / 2;
}

/** Bounds of the number of replicas, if the platform changes it. A rollout keeps the number. */
function scalingOf({ autoscaling, initial, ...own }: PlanComponent): Pick<TopologyNode, 'scaling'> {
  if (autoscaling !== null) return { scaling: { min: autoscaling.min, max: autoscaling.max } };
  return comesAndGoes({ autoscaling, ...own }) ? { scaling: { min: initial, max: initial } } : {};
}

/**
 * Whether the fault's times are known before the run. Those of a conditional fault, a rollout, or a fault that a responder
 * ends come from the first run.
 */
function isKnown({ when, rollout, mitigated }: PlanFault): boolean {
  return when === null && rollout === null && mitigated === undefined;
}

/** Longest distance of each component from a workload, without repeating a component. */
export function depthsOf(data: VariantData): readonly number[] {
  const { plan } = data;
  const depths = plan.components.map(() => 0);
  const ways = [...data.edges, ...flowsOf(plan)];
  const walk = (id: number, depth: number, above: readonly number[]): void => {
    for (const edge of ways) {
      if (edge.from !== id || above.includes(edge.to) || depths[edge.to] >= depth + 1) continue;
      depths[edge.to] = depth + 1;
      walk(edge.to, depth + 1, [...above, edge.to]);
    }
  };
  plan.components.forEach((component, id) => {
    if (component.kind === 'workload') walk(id, 0, [id]);
  });
  return depths;
}

function hostNamed(scenario: Scenario, name: string): Host | undefined {
  return (
    scenario.gateways.get(name) ??
    scenario.services.get(name) ??
    scenario.databases.get(name) ??
    scenario.eventStores.get(name)
  );
}

/** A number, or null if it is unlimited: results are JSON. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
