import type { KnobEdit } from '../spec/fault.js';
import { PROBES } from '../spec/probes.js';
import type { Plan, PlanComponent, PlanEdge } from '../spec/plan.js';
import type { Layout } from './layout.js';

/** What a component has that faults can use up. `cores`: Infinity = unlimited; those of environments for a function. */
export interface Resources {
  readonly cores: number;
  readonly memory: PlanComponent['memory'];
  /** Somebody opens connections for which it has to show a certificate, or it opens such. */
  readonly showsCertificate: boolean;
  /** It is a service or a gateway, whose processes end when they are asked to. */
  readonly isHost: boolean;
  readonly probes: PlanComponent['probes'];
  readonly isScaled: boolean;
  /** Its version changes. */
  readonly isRolled: boolean;
  /** It is a database that keeps its rows at several nodes. */
  readonly isReplicated: boolean;
  /** It takes connections of a pool, which it could keep. */
  readonly takesConnections: boolean;
}

/** What each component has; a function has the cores of its environments. */
export function resourcesOf(
  layout: Layout,
  components: Plan['components'],
  functions: Plan['functions'],
  replications: Plan['replications'],
  edges: readonly Pick<PlanEdge, 'from' | 'to' | 'connections' | 'pool'>[],
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
      ...{ probes, isScaled, isRolled, ...holds },
    };
  };
}

/** Why edits can do nothing to a component, or would do it without end; null where they can. */
export function unmetNeed(edits: readonly KnobEdit[], name: string, has: Resources): string | null {
  const { cores, memory, showsCertificate, isHost, probes, isScaled, isRolled } = has;
  // Of unlimited cores nothing can be taken.
  if (edits.some(({ knob }) => knob === 'stress') && cores === Infinity)
    return `\`${name}\` has no \`cpu\`: its cores are unlimited, and nothing can be short of them`;
  if (edits.some(({ knob }) => knob === 'certExpired') && !showsCertificate)
    return `nobody opens a connection for which \`${name}\` shows a certificate: give it \`protocol: { tls: tls13 }\` and its callers \`connections\` (with \`mtls\`, callers show one too)`;
  if (edits.some(({ knob }) => knob === 'stopping') && !isHost)
    return `\`${name}\` is no service and no gateway: only their processes are asked to end in this version. A \`crash\` ends it`;
  if (edits.some(({ knob }) => knob === 'scalingFrozen') && !isScaled)
    return `\`${name}\` has no \`autoscaling\` that could stand still`;
  if (edits.some(({ knob }) => knob === 'rolloutFrozen') && !isRolled)
    return `\`${name}\` has no \`rollout\` that could stand still`;
  if (edits.some(({ knob }) => knob === 'replicaLag') && !has.isReplicated)
    return `\`${name}\` has no \`replicas\` that could fall behind`;
  if (edits.some(({ knob }) => knob === 'leak') && !has.takesConnections)
    return `\`${name}\` asks no database through a pool, so it takes no connection that it could keep`;
  const lies = PROBES.filter((kind) => edits.some(({ knob }) => knob === `${kind}Lie`));
  if (lies.length > 0 && !lies.some((kind) => (probes?.[kind] ?? null) !== null))
    return `\`${name}\` has no ${lies.length === 1 ? `\`probes.${lies[0]!}\`` : '`probes`'} that could lie`;
  const leak = edits.find(({ knob }) => knob === 'leaking');
  if (leak === undefined) return null;
  if (memory === null || memory.limit === Infinity)
    return `\`${name}\` has no \`memory.limit\`: there is nothing that a leak could use up`;
  if (leak.value === Infinity && memory.base + (leak.most ?? Infinity) > memory.limit)
    return `\`max\` does not fit beside what \`${name}\` holds: taken at once, it would end each process in the instant in which it starts. Give it a \`rate\``;
  return null;
}
