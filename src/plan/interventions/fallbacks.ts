import type { Plan } from '../../contracts/plan/plan.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import type { InterventionKind } from './kind.js';
import { cuts, edgesOf } from './layers.js';
import { counterShare, UNLIKELY } from './signs.js';

const isFallback = ({ policy }: Layer): boolean => policy === 'fallback';

/** Failed calls between two components fail, and nothing responds in their place. */
export const fallbacks: InterventionKind = {
  kind: 'fallbacks',
  of: (plan) => cuts(plan, isFallback, { kind: 'fallbacks', part: 'policy' }, 'the fallback'),
  worth: (variant, { subject }, plan) => {
    if (counterShare(variant, subject, ['fallbacks']) === 0) return 0;
    // Only one that does work elsewhere can do harm.
    return worksElsewhere(plan, subject) ? 0.5 : UNLIKELY;
  },
};

function worksElsewhere(plan: Plan, pair: string): boolean {
  return edgesOf(plan, pair).some(({ fallback, instead }) => fallback >= 0 || instead >= 0);
}
