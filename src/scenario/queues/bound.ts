import type { Overflow } from '../../contracts/scenario/queues.js';
import type { Cursor } from '../resolve/context.js';

interface Bounded {
  readonly capacity: number;
  readonly backlog: number;
}

interface Blocking extends Bounded {
  readonly overflow: Overflow;
  readonly publishTimeoutNs: number | null;
}

/** Resolves the bound of a queue whose publishers can wait for space. */
export function blockingBound(here: Cursor, output: Blocking) {
  const { capacity, overflow, publishTimeoutNs } = output;
  checkBound(here, output);
  if (publishTimeoutNs !== null && overflow !== 'block') {
    const message = `publishTimeout has no effect with overflow: ${overflow}, because no publisher waits: write overflow: block, or remove publishTimeout`;
    here.in('publishTimeout').conflict(message);
  }
  return { capacity, overflow, publishTimeoutNs };
}

/** Reports an overflow rule without a bound, and a backlog that exceeds the bound. */
export function checkBound(here: Cursor, { capacity, backlog }: Bounded, field = 'overflow'): void {
  if (capacity === Infinity && here.in(field).written() !== undefined) {
    const message = `${field} has no effect on an unbounded queue: write capacity, or remove ${field}`;
    here.in(field).conflict(message);
  }
  checkBacklog(here, { capacity, backlog });
}

/** Reports a backlog that exceeds the bound. */
export function checkBacklog(here: Cursor, { capacity, backlog }: Bounded): void {
  if (backlog <= capacity) return;
  const message = `a backlog of ${backlog} does not fit into the capacity of ${capacity}: lower backlog or raise capacity`;
  here.in('backlog').conflict(message);
}
