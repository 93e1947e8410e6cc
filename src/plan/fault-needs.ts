import type { Resources } from '../model/faults/knob.js';
import type { PlanMesh } from '../contracts/plan/mesh.js';
import type { Plan, PlanEdge } from '../contracts/plan/plan.js';
import type { ClockReaders } from './clocks.js';
import { diskOfComponent } from './disks.js';
import type { Layout } from './layout.js';

/** Resources of each component that faults can change. For a function these are the cores of its environments. */
export function resourcesOf(
  layout: Layout,
  components: Plan['components'],
  { functions, replications, registries }: Pick<Plan, 'functions' | 'replications' | 'registries'>,
  edges: readonly Pick<PlanEdge, 'from' | 'to' | 'connections' | 'pool'>[],
  mesh: PlanMesh | null,
  clocks: ClockReaders,
): (component: number) => Resources {
  const showing = new Set<number>();
  const taking = new Set(
    edges.filter(({ pool }) => pool !== null).map(({ from }) => layout.parts[from]!.component.id),
  );
  const called = new Set(edges.map(({ to }) => layout.parts[to]!.component.id));
  const replicated = new Set(replications.map(({ component }) => component));
  for (const { from, to, connections } of edges) {
    if (connections === null || connections.tlsTrips === 0) continue;
    showing.add(layout.parts[to]!.component.id);
    if (connections.mutual) showing.add(layout.parts[from]!.component.id);
  }
  return (id) => {
    const { kind, probes, autoscaling, versions, runtime, ...own } = components[id]!;
    // A fault on all instances needs the resource in each of them.
    const all = versions?.processes ?? [own];
    const memory = all.every((one) => one.memory !== null) ? own.memory : null;
    const most = Math.max(...all.map(({ cpu }) => cpu.cores));
    const environments = functions.find(({ component }) => component === id);
    const isHost = kind === 'gateway' || (kind === 'service' && environments === undefined);
    const cores = Math.min(most, environments?.spec.cores ?? Infinity);
    const isScaled = autoscaling !== null;
    const isRolled = (versions?.rollout ?? null) !== null;
    const used = registries.find(
      ({ component, callees }) => component === id || callees.some((it) => it.component === id),
    );
    const lookup = used?.delivery.by ?? null;
    const { concurrency, queue } = components[id]!;
    const { source } = layout.components[id]!;
    const serves = {
      disk: diskOfComponent(layout.components[id]!),
      holdsQueues: source.kind === 'broker' && source.spec.cluster !== null,
      inEnvironments: environments !== undefined,
      // With `threads` each request in progress holds a worker; otherwise they are unlimited.
      mostRequests: runtime === 'threads' ? concurrency + queue.capacity : Infinity,
    };
    const holds = { isReplicated: replicated.has(id), takesConnections: taking.has(id) };
    const isCalled = called.has(id);
    return {
      ...{ cores, memory, showsCertificate: showing.has(id), isHost },
      readsClock: clocks.all.has(id),
      checksTokens: clocks.ofTokens.has(id),
      ...{
        probes,
        isScaled,
        isRolled,
        isMeshed: mesh?.members[id] === 1,
        lookup,
        isCalled,
        ...holds,
        ...serves,
      },
    };
  };
}
