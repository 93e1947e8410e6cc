import type { Layer } from '../../contracts/scenario/policies.js';
import type { InterventionKind } from './kind.js';
import { cuts } from './layers.js';
import { attemptsPeak } from './signs.js';

const isHedge = ({ policy }: Layer): boolean => policy === 'hedge';

/** No call between two components gets a second attempt because the first one is slow. */
export const hedges: InterventionKind = {
  kind: 'hedges',
  of: (plan) => cuts(plan, isHedge, { kind: 'hedges', part: 'loop' }, 'the hedges'),
  worth: (variant, { subject }) => {
    if ((variant.edges[subject]?.counters['hedges'] ?? 0) === 0) return 0;
    return Math.min(1, attemptsPeak(variant, subject) - 1);
  },
};
