import { invariant } from '../../../kernel/invariant.js';
import { widenUint8 } from '../../../kernel/pool.js';
import { OUTCOME } from '../../../contracts/outcome.js';
import type { Plan, PlanEdge } from '../../../contracts/plan/plan.js';
import { SESSION } from '../../../contracts/scenario/sections.js';
import type { Edge } from '../../data/edges/edge.js';
import type { Run } from '../../data/run.js';
import { frames } from '../../data/strands/frames.js';
import { STATE, strands } from '../../data/strands/strands.js';

/** What became of a pooled connection while it was idle. */
export const FATE = Object.freeze({
  none: 0,
  /** A device on the way has forgotten it: messages get no answer. */
  silent: 1,
  /** Its server has closed it, or a device resets it. */
  closed: 2,
} as const);

/** The transactions that hold connections. */
interface Holding {
  holderOf(frame: number, edge: Edge): number;
}

interface FatesParts extends Run {
  readonly sections: { readonly transactions: Holding } | null;
}

/** Returns true if the connections of an edge to a database may end while they are idle. */
export function fades(plan: Plan, edge: PlanEdge): boolean {
  const { components, parts, links } = plan;
  const { pool, session } = edge;
  const { component } = parts[edge.to];
  if (session === SESSION.inside) {
    return plan.edges.some(
      (other) =>
        other.pool !== null && parts[other.to].component === component && fades(plan, other),
    );
  }
  if (pool === null) return false;
  const isBlind = 'seesClosed' in pool && !pool.seesClosed;
  return (
    isBlind ||
    components[component].sessionIdleNs !== Infinity ||
    edge.links.some((link) => link >= 0 && links[link].device !== null)
  );
}

/** Returns true if connections of pools of a plan may end while they are idle. */
export function endsIdle(plan: Plan): boolean {
  return plan.edges.some((edge) => edge.pool !== null && fades(plan, edge));
}

/** The fates of the connections of database pools, for the calls that took them. */
export class Fates {
  /** By frame, see FATE. */
  private fates: Uint8Array = new Uint8Array(0);

  constructor(private readonly world: FatesParts) {
    frames.slots.onGrow((capacity) => (this.fates = widenUint8(this.fates, capacity)));
  }

  /** A call has taken a connection. */
  took(frame: number, fate: number): void {
    invariant(fate <= FATE.closed, 'a connection has one of the fates');
    this.fates[frame] = fate;
  }

  of(frame: number): number {
    return this.fates[frame];
  }

  /** A message is sent to a database. Returns false if it vanishes; the server resets what it does not know. */
  sends(strand: number, frame: number): boolean {
    const { edges, sections } = this.world;
    const edge = edges[frames.edge[frame]];
    const isInside = edge.session === SESSION.inside;
    const holder = isInside ? sections!.transactions.holderOf(frame, edge) : frame;
    const fate = this.fates[holder];
    if (fate === FATE.silent) strands.state[strand] = STATE.LOST;
    else if (fate === FATE.closed) strands.injected[strand] = OUTCOME.reset;
    return fate !== FATE.silent;
  }
}
