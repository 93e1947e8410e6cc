import { derive, lineage } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanEdge } from '../../../contracts/plan/plan.js';
import { MESSAGE, VANISHED, type Link } from '../../data/edges/link.js';
import type { Instance } from '../../data/instances/instance.js';
import { FROZEN } from '../../data/instances/process.js';
import type { EdgePoolParts } from './edge-pool-setup.js';

/** Lineage tag of the connection tests of an attempt. */
const PING_TAG = 0x5000;

/** The link from the zone of a caller to that of a server; null for one without a link. */
export function linkTo(
  { links }: Pick<EdgePoolParts, 'links'>,
  edge: PlanEdge,
  caller: Instance,
  server: Instance,
): Link | null {
  const stride = Math.round(Math.sqrt(edge.links.length));
  return links[edge.links[(caller.zone + 1) * stride + server.zone + 1]] ?? null;
}

/** Round trip of the caller of a frame to a node of the database on an open connection, or VANISHED. Unit: ns. */
export function pingOf(
  { plan, instances, calls, links }: Pick<EdgePoolParts, 'plan' | 'instances' | 'calls' | 'links'>,
  edge: PlanEdge,
  caller: Instance,
  index: number,
): (frame: number) => Ns {
  const { firstInstance } = plan.components[plan.parts[edge.to].component];
  const server = instances[firstInstance + index];
  const link = linkTo({ links }, edge, caller, server)!;
  return (frame) => {
    if (server.frozen !== FROZEN.no || (server.down && server.silent)) return VANISHED;
    const tag = PING_TAG + calls.attemptNumber(frame);
    derive(calls.lineageA(frame), calls.lineageB(frame), tag);
    const { a, b } = lineage;
    const there = link.delay(MESSAGE.request, a, b);
    const back = link.delay(MESSAGE.answer, a, b);
    return there === VANISHED || back === VANISHED ? VANISHED : there + back;
  };
}
