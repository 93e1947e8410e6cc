import type { Ns } from '../../../kernel/time.js';
import type { PlanRoute } from '../../../contracts/plan/replication.js';
import type { NodeChoice } from '../../data/edges/edge.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Roles } from './roles.js';

interface ReplicaNode {
  readonly instance: Instance;
}

/**
 * Selects the nodes of a replicated database that a statement may be sent to. The general placement of calls then
 * applies outlier ejection, open breakers and the balancer.
 */
export class Candidates implements NodeChoice {
  readonly members = new Int32Array(this.nodes.length);

  constructor(
    private readonly nodes: readonly ReplicaNode[],
    private readonly roles: Roles,
    private readonly lagOf: (index: number) => Ns,
  ) {}

  gather(route: PlanRoute, caller: Instance, fixedList: boolean): number {
    if (route.kind === 'primary') return this.only(this.roles.at(caller));
    const found = this.fill(
      (index) => this.isAllowed(route, caller, index) && (fixedList || this.isListed(index)),
    );
    if (found > 0) return found;
    if (route.kind !== 'replica') return this.elsewhere(route);
    // No replica is up: the statement goes to one of them and is refused.
    return this.fill((index) => index !== this.roles.known);
  }

  elsewhere({ kind }: PlanRoute): number {
    if (kind === 'replicaIfLag') return this.only(this.roles.known);
    if (kind !== 'nearest') return 0;
    const up = this.fill((index) => !this.nodes[index].instance.down);
    return up > 0 ? up : this.only(this.roles.known);
  }

  ofClient(
    { kind }: PlanRoute,
    { zone }: Instance,
    client: number,
    open: Int32Array,
    count: number,
  ): number {
    const isOwn = (index: number): boolean =>
      kind === 'nearest' ? this.nodes[index].instance.zone === zone : index !== this.roles.known;
    let all = 0;
    for (let index = 0; index < this.nodes.length; index++) if (isOwn(index)) all++;
    let left = all === 0 ? -1 : client % all;
    // A client keeps its node, whichever other node is down.
    for (let index = 0; left >= 0; index++) {
      if (!isOwn(index) || left-- > 0) continue;
      for (let k = 0; k < count; k++) if (open[k] === index) return index;
    }
    return open[client % count];
  }

  private isAllowed(route: PlanRoute, { zone }: Instance, index: number): boolean {
    switch (route.kind) {
      case 'nearest':
        return this.nodes[index].instance.zone === zone;
      case 'replicaIfLag':
        return index !== this.roles.known && this.lagOf(index) <= route.maxLagNs;
      case 'primary':
      case 'replica':
        return index !== this.roles.known;
    }
  }

  /** The failure of a vanished host is not noticed. */
  private isListed(index: number): boolean {
    const { down, silent } = this.nodes[index].instance;
    return !down || silent;
  }

  private only(index: number): number {
    this.members[0] = index;
    return 1;
  }

  private fill(isIn: (index: number) => boolean): number {
    let found = 0;
    for (let index = 0; index < this.nodes.length; index++) {
      if (isIn(index)) this.members[found++] = index;
    }
    return found;
  }
}
