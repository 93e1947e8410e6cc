import { invariant } from '../../../kernel/invariant.js';
import type { PlanEdge } from '../../../contracts/plan/plan.js';
import type { Edge } from '../../data/edges/edge.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import { frames } from '../../data/strands/frames.js';
import type { Targets } from '../picking/targets.js';
import type { Roles } from '../replication/roles.js';
import { HikariPool } from './hikari-pool.js';

/** A run, and by component the roles of the nodes of a database with replicas. */
export interface FollowingRun extends Run {
  readonly replicas: ReadonlyMap<number, { readonly roles: Roles }>;
}

/**
 * Calls that wait for a connection to the primary wait for the next one once their process knows it: the address of a
 * data source is that of the primary, and each attempt to connect resolves it (HikariCP: PoolBase.newConnection).
 */
export function followPrimary(
  world: FollowingRun,
  database: number,
  caller: Instance,
  nodes: Targets,
): void {
  const { plan } = world;
  const roles = world.replicas.get(database)?.roles;
  if (roles === undefined) return;
  // A layer outside the pool that has a state for each node keeps the node of its call.
  const follows = ({ route, bundle }: PlanEdge): boolean =>
    route?.kind === 'primary' && plan.bundles[bundle].layers.every(({ per }) => per !== 'target');
  roles.learners.push(() => {
    const primary = roles.at(caller);
    const next = nodes.at(primary) as HikariPool;
    for (const pool of nodes.made()) {
      if (pool === next || !(pool instanceof HikariPool)) continue;
      pool.passOn(
        (frame) => follows(plan.edges[frames.edge[frame]]),
        (frame, layer, since) => {
          move(world.edges[frames.edge[frame]], frame, caller, primary);
          next.come(frame, layer, since);
        },
      );
    }
  });
}

/** The call of a frame goes to another node. */
function move({ views }: Edge, frame: number, { index }: Instance, node: number): void {
  invariant(frames.place[frame] !== node, 'a call that follows the primary moves to another node');
  views[index].ended(frames.place[frame]);
  frames.place[frame] = node;
  views[index].began(node);
}
