import type { Resources } from '../model/faults/knob.js';
import type { PlanMesh } from '../spec/plan/mesh.js';
import type { Plan, PlanEdge } from '../spec/plan/plan.js';
import type { Layout } from './layout.js';

/** Resources of each component that faults can change. For a function these are the cores of its environments. */
export function resourcesOf(
  layout: Layout,
  components: Plan['components'],
  { functions, replications }: Pick<Plan, 'functions' | 'replications'>,
  edges: readonly Pick<PlanEdge, 'from' | 'to' | 'connections' | 'pool'>[],
  mesh: PlanMesh | null,
): (component: number) => Resources {
  const showing = new Set<number>();
  const taking = new Set(
    edges.filter(({ pool }) => pool !== null).map(({ from }) => layout.parts[from]!.component.id),
  );
  const replicated = new Set(replications.map(({ component }) => component));
  for (const { from, to, connections } of edges) {
    if (connections === null || connections.tlsTrips === 0) continue;
    showing.add(layout.parts[to]!.component.id);
    if (connections.mutual) showing.add(layout.parts[from]!.component.id);
  }
  return (id) => {
    const { cpu, memory, kind, probes, autoscaling, versions } = components[id]!;
    const environments = functions.find(({ component }) => component === id);
    const isHost = kind === 'gateway' || (kind === 'service' && environments === undefined);
    const cores = Math.min(cpu.cores, environments?.spec.cores ?? Infinity);
    const isScaled = autoscaling !== null;
    const isRolled = (versions?.rollout ?? null) !== null;
    const holds = { isReplicated: replicated.has(id), takesConnections: taking.has(id) };
    return {
      ...{ cores, memory, showsCertificate: showing.has(id), isHost },
      ...{ probes, isScaled, isRolled, isMeshed: mesh?.members[id] === 1, ...holds },
    };
  };
}
