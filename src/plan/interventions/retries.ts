import type { Layer } from '../../contracts/scenario/policies.js';
import type { InterventionKind } from './kind.js';
import { cuts } from './layers.js';
import { attemptsPeak } from './signs.js';

const isRetry = ({ policy }: Layer): boolean => policy === 'retry';

/** No call between two components is repeated, neither by the application nor by a proxy or gateway. */
export const retries: InterventionKind = {
  kind: 'retries',
  of: (plan) => cuts(plan, isRetry, { kind: 'retries', part: 'loop' }, 'the retries'),
  worth: (variant, { subject }) => {
    if ((variant.edges[subject]?.counters['retries'] ?? 0) === 0) return 0;
    return Math.min(1, attemptsPeak(variant, subject) - 1);
  },
};
