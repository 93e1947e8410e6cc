import type { Overflow } from '../../contracts/scenario/queues.js';
import { conflict, writtenAt, type Context, type Path } from '../resolve/context.js';

interface Bounded {
  readonly capacity: number;
  readonly backlog: number;
}

interface Blocking extends Bounded {
  readonly overflow: Overflow;
  readonly publishTimeout: number | null;
}

/** Resolves the bound of a queue whose publishers can wait for space. */
export function blockingBound(context: Context, output: Blocking, path: Path) {
  const { capacity, overflow, publishTimeout } = output;
  checkBound(context, output, path);
  if (publishTimeout !== null && overflow !== 'block') {
    const message = `publishTimeout has no effect with overflow: ${overflow}, because no publisher waits: write overflow: block, or remove publishTimeout`;
    conflict(context, [...path, 'publishTimeout'], message);
  }
  return { capacity, overflow, publishTimeoutNs: publishTimeout };
}

/** Reports an overflow rule without a bound, and a backlog that exceeds the bound. */
export function checkBound(
  context: Context,
  { capacity, backlog }: Bounded,
  path: Path,
  field = 'overflow',
): void {
  if (capacity === Infinity && writtenAt(context, [...path, field]) !== undefined) {
    const message = `${field} has no effect on an unbounded queue: write capacity, or remove ${field}`;
    conflict(context, [...path, field], message);
  }
  checkBacklog(context, { capacity, backlog }, path);
}

/** Reports a backlog that exceeds the bound. */
export function checkBacklog(context: Context, { capacity, backlog }: Bounded, path: Path): void {
  if (backlog <= capacity) return;
  const message = `a backlog of ${backlog} does not fit into the capacity of ${capacity}: lower backlog or raise capacity`;
  conflict(context, [...path, 'backlog'], message);
}
