import { invariant } from '../../../../kernel/invariant.js';
import type { Aside } from './aside.js';
import type { Places } from './places.js';

/** What a queue has counted. */
interface Audited {
  readonly accepted: number;
  readonly acked: number;
  readonly deadLettered: number;
  readonly expired: number;
  readonly dropped: number;
  readonly purged: number;
  readonly redriven: number;
  readonly stored: number;
  readonly isComplete: boolean;
  readonly aside: Aside;
}

/** Checks that every message that a queue has accepted is accounted for. */
export function auditQueue(queue: Audited, places: Places): void {
  const { accepted, acked, deadLettered, dropped, expired, purged, redriven } = queue;
  const gone = acked + deadLettered + expired + dropped + purged + redriven;
  invariant(accepted === gone + queue.stored, 'accepted messages are in the queue or were settled');
  invariant(queue.isComplete, 'a queue counts what it holds');
  const { letters } = queue.aside;
  invariant(
    letters === null || letters.length === places.letters,
    'a letter waits for its worker or is with it',
  );
}
