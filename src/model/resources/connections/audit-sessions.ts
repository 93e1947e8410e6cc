import { invariant } from '../../../kernel/invariant.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import type { Instance } from '../../data/instances/instance.js';
import { SESSION } from '../../../contracts/scenario/sections.js';
import { RETURN, STATE, strands } from '../../data/strands/strands.js';
import type { ServerConnections } from './server-connections.js';

/** The statements of a run, and the servers that execute them. */
interface Statements {
  readonly instances: readonly Instance[];
  readonly plan: Pick<Plan, 'edges'>;
}

/** Each statement at the servers of a component has a session there, with or without a client. */
export function auditSessions(
  { instances, plan }: Statements,
  servers: readonly ServerConnections[],
): void {
  let sessions = 0;
  for (const server of servers) sessions += server.sessions;
  const { component } = servers[0].instance;
  let running = 0;
  for (let strand = 0; strand < strands.slots.touched; strand++) {
    if (!strands.alive(strand) || instances[strands.instance[strand]].component !== component) {
      continue;
    }
    if (isExecuted(strand, plan)) running++;
  }
  invariant(running <= sessions, 'a database executes no more statements than it has sessions');
}

/** True for a statement at its server that came over a pooled connection. */
function isExecuted(strand: number, { edges }: Pick<Plan, 'edges'>): boolean {
  if (strands.returns[strand] !== RETURN.frame || strands.parent[strand] >= 0) return false;
  if (strands.arrived[strand] < 0 || strands.answered[strand] !== 0) return false;
  const state = strands.state[strand];
  if (state === STATE.REPLYING || state === STATE.LOST) return false;
  const { pool, session } = edges[strands.edge[strand]];
  return pool !== null || session === SESSION.inside;
}
