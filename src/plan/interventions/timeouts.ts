import type { Layer } from '../../contracts/scenario/policies.js';
import type { InterventionKind } from './kind.js';
import { cuts } from './layers.js';
import { attemptShare } from './signs.js';

const LIMITS: ReadonlySet<Layer['policy']> = new Set<Layer['policy']>(['timeout', 'deadline']);

/** Whether a layer ends calls that take too long. */
export const isTimeLimit = ({ policy }: Layer): boolean => LIMITS.has(policy);

/** Outcomes of attempts that such a limit ends. */
const ENDED: ReadonlySet<string> = new Set(['timeout', 'deadlineExceeded']);

/** Calls between two components wait for their response, however long it takes. */
export const timeouts: InterventionKind = {
  kind: 'timeouts',
  of: (plan) => cuts(plan, isTimeLimit, { kind: 'timeouts', part: 'policy' }, 'the timeout'),
  worth: (variant, { subject }) => {
    const ended = attemptShare(variant, subject, ENDED);
    return ended === 0 ? 0 : 0.3 + 0.4 * Math.min(1, 4 * ended);
  },
};
