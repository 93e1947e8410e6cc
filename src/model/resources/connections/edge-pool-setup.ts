import type { Lane } from '../../../kernel/lanes.js';
import type { StreamKey } from '../../../kernel/rng.js';
import type { ConnectionLimits } from '../../../contracts/patterns/policy.js';
import type { PlanConnections } from '../../../contracts/plan/connections.js';
import type { Keepalive, ServerClosing } from '../../../contracts/scenario/connections.js';
import type { Histogram } from '../../../stats/histogram.js';
import type { ConnectionTable } from './connection-table.js';
import type { View } from '../../data/edges/edge.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Picks } from '../picking/picks.js';
import type { Run } from '../../data/run.js';

/** The server side of connections. */
interface ServerSide {
  idleLane(spec: ServerClosing): Lane | null;
  opened(slot: number, spread: StreamKey): void;
  isOver(slot: number): boolean;
}

/** The questions of clients whether their peers are there. */
interface Asking {
  lane(spec: Keepalive): Lane;
  opened(slot: number, lane: Lane): void;
  wakes(slot: number): void;
}

export interface EdgePoolParts extends Run {
  readonly connections: ConnectionTable;
  /** Null if no client asks. */
  readonly keepalives: Asking | null;
  readonly serverEnds: ServerSide | null;
  readonly picks: Picks;
}

export interface EdgePoolSetup {
  readonly world: EdgePoolParts;
  readonly spec: PlanConnections;
  readonly caller: Instance;
  /** The instance called; -1 = each connection picks its own. */
  readonly callee: number;
  /** The caller's view of the callee. If connections pick the instance, they count as its load. */
  readonly view: View;
  /** Limits of a policy in addition to those of the pool, or null. */
  readonly limits: ConnectionLimits | null;
  /** Timer of acquireTimeout, or null. */
  readonly acquire: Lane | null;
  readonly gauges: { readonly open: number; readonly used: number; readonly waiting: number };
  /** Histogram for waits at this time; null outside the measured time. */
  readonly waits: () => Histogram | null;
  /** Key of the draws of a connection's age, if its server limits that. */
  readonly ages: StreamKey;
  /** Key of the pauses between vain attempts to connect. */
  readonly pauses: StreamKey;
}
