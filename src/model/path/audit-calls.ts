import { invariant } from '../../kernel/invariant.js';
import type { Instance } from '../data/instances/instance.js';
import { RETURN, strands } from '../data/strands/strands.js';

/** What callers and callees of a run have counted. */
interface Counted {
  readonly instances: readonly Instance[];
  /** Attempts that callers have started. */
  readonly wire: { readonly attempts: number };
  readonly server: { readonly ended: EndedAttempts };
}

/** Attempts that have ended, with and without an arrival at their callee. */
export class EndedAttempts {
  served = 0;
  unserved = 0;

  /** A strand ends. */
  count(strand: number): void {
    if (!isAttempt(strand)) return;
    if (strands.arrived[strand] >= 0) this.served++;
    else this.unserved++;
  }
}

/**
 * At the end of a run: each attempt that a caller has started has ended or is in progress, and a callee has served
 * nothing that no caller has started.
 */
export function auditCalls({ instances, wire, server }: Counted): void {
  const { served, unserved } = server.ended;
  let open = 0;
  let inside = 0;
  for (let strand = 0; strand < strands.slots.touched; strand++) {
    if (!strands.alive(strand) || !isAttempt(strand)) continue;
    open++;
    if (strands.arrived[strand] >= 0) inside++;
  }
  let arrivals = 0;
  for (const instance of instances) arrivals += instance.arrivals;
  invariant(
    wire.attempts === served + unserved + open,
    'each attempt that a caller has started ends once',
  );
  invariant(
    arrivals === served + inside,
    'a callee serves the attempts that its callers have started',
  );
}

/** True for the strand of an attempt, which a branch of its work is not. */
function isAttempt(strand: number): boolean {
  return strands.returns[strand] === RETURN.frame && strands.parent[strand] < 0;
}
