import type { Layer } from '../../contracts/scenario/policies.js';
import type { InterventionKind } from './kind.js';
import { cuts } from './layers.js';
import { counterShare } from './signs.js';

const isBreaker = ({ policy }: Layer): boolean => policy === 'circuitBreaker';

/** No breaker refuses calls between two components. Open, it may keep up the failures that have opened it. */
export const breakers: InterventionKind = {
  kind: 'breakers',
  of: (plan) => cuts(plan, isBreaker, { kind: 'breakers', part: 'loop' }, 'the breaker'),
  worth: (variant, { subject }) => {
    const refused = counterShare(variant, subject, ['breakerRejected']);
    return refused === 0 ? 0 : 0.4 + 0.4 * Math.min(1, 4 * refused);
  },
};
