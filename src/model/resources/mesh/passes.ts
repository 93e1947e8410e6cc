import { PASS_BY, type PlanMesh } from '../../../contracts/plan/mesh.js';
import type { PlanEdge, Plan } from '../../../contracts/plan/plan.js';
import { OUTCOME } from '../../../contracts/outcome.js';
import type { Edge } from '../../data/edges/edge.js';
import { frames } from '../../data/strands/frames.js';
import type { Instance } from '../../data/instances/instance.js';
import { strands } from '../../data/strands/strands.js';
import { LEG, type Passer, type Proxies } from '../../data/edges/proxies.js';

/** The wire, as far as proxies continue it. */
interface Ways {
  readonly edges: readonly Edge[];
  readonly instances: readonly Instance[];
  readonly wire: {
    launch(strand: number, edge: Edge, caller: Instance, callee: Instance, extra: number): void;
    reach(strand: number): void;
  };
  readonly server: { freeJob(strand: number, answeredNs: number): void };
}

/** The ways of attempts through the proxies of the mesh. Only requests pass them; their figures include the response. */
export class Passes implements Passer {
  constructor(
    private readonly world: Ways,
    private readonly proxies: Proxies,
  ) {
    proxies.serve([LEG.caller, LEG.waypoint, LEG.callee], this);
  }

  /** An attempt leaves its caller. */
  send(strand: number, edge: Edge, caller: Instance, callee: Instance): void {
    const { proxies } = this;
    const { lineageA, lineageB, stamp } = strands;
    // An attempt abandoned in the proxy has no way to its callee yet.
    strands.link[strand] = -1;
    if ((edge.passes & PASS_BY.caller) !== 0) {
      const at = proxies.beside(caller.id);
      const a = lineageA[strand];
      if (proxies.enter(at, LEG.caller, strand, stamp[strand], a, lineageB[strand])) return;
    }
    this.launch(strand, edge, caller, callee);
  }

  /** An attempt arrives at the proxies of its callee. */
  arrive(strand: number, edge: Edge): void {
    const callee = this.world.instances[strands.instance[strand]];
    // No proxy sees what the network refuses, and the proxy of an ended process is gone with it.
    const isRefused = strands.injected[strand] === OUTCOME.refused || callee.down;
    const isWaiting = !isRefused && (edge.passes & PASS_BY.waypoint) !== 0;
    if (isWaiting && this.enter(strand, edge, LEG.waypoint)) return;
    this.atCallee(strand, edge, isRefused);
  }

  passed(strand: number, stamp: number, leg: number): void {
    const { edges, instances, wire, server } = this.world;
    if (strands.stamp[strand] !== stamp) return;
    const edge = edges[strands.edge[strand]];
    const callee = instances[strands.instance[strand]];
    if (leg === LEG.callee) wire.reach(strand);
    else if (leg === LEG.waypoint) this.atCallee(strand, edge, callee.down);
    else if (strands.callerLeftAt[strand] >= 0) server.freeJob(strand, -1);
    else this.launch(strand, edge, instances[frames.caller[strands.from[strand]]], callee);
  }

  private atCallee(strand: number, edge: Edge, isRefused: boolean): void {
    const passes = !isRefused && (edge.passes & PASS_BY.callee) !== 0;
    if (passes && this.enter(strand, edge, LEG.callee)) return;
    this.world.wire.reach(strand);
  }

  private enter(strand: number, edge: Edge, leg: number): boolean {
    const { proxies } = this;
    const { lineageA, lineageB, stamp } = strands;
    const at =
      leg === LEG.waypoint
        ? proxies.waypointOf(edge.toComponent)
        : proxies.beside(strands.instance[strand]);
    return proxies.enter(at, leg, strand, stamp[strand], lineageA[strand], lineageB[strand]);
  }

  /** Sends an attempt on its link. The latencies of all its proxies are part of the way. */
  private launch(strand: number, edge: Edge, caller: Instance, callee: Instance): void {
    const { proxies } = this;
    const a = strands.lineageA[strand];
    const b = strands.lineageB[strand];
    let extra = 0;
    if ((edge.passes & PASS_BY.caller) !== 0) {
      extra += proxies.latency(proxies.beside(caller.id), LEG.caller, a, b);
    }
    if ((edge.passes & PASS_BY.waypoint) !== 0) {
      extra += proxies.latency(proxies.waypointOf(edge.toComponent), LEG.waypoint, a, b);
    }
    if ((edge.passes & PASS_BY.callee) !== 0) {
      extra += proxies.latency(proxies.beside(callee.id), LEG.callee, a, b);
    }
    this.world.wire.launch(strand, edge, caller, callee, extra);
  }
}

/** The proxies that the calls of an edge pass, as bits of PASS_BY. */
export function passesOf(mesh: PlanMesh | null, { parts }: Plan, { from, to }: PlanEdge): number {
  if (mesh === null) return 0;
  const caller = parts[from].component;
  const callee = parts[to].component;
  const isInside = mesh.members[caller] === 1;
  return (
    (isInside && mesh.called[callee] === 1 ? PASS_BY.caller : 0) |
    (isInside && mesh.waypoints[callee] === 1 ? PASS_BY.waypoint : 0) |
    (mesh.members[callee] === 1 ? PASS_BY.callee : 0)
  );
}

/** Whether the proxies at both ends of an edge use mutual TLS. */
export function isMutual(mesh: PlanMesh | null, plan: Plan, edge: PlanEdge): boolean {
  if (mesh === null || mesh.handshakeWork < 0) return false;
  const passes = passesOf(mesh, plan, edge);
  return (passes & PASS_BY.caller) !== 0 && (passes & PASS_BY.callee) !== 0;
}
