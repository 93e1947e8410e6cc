import type { Layer } from '../../spec/scenario/policies.js';
import type { InterventionKind } from './kind.js';
import { pairsWith, withoutLayers, withoutLayersFrom } from './layers.js';
import { counterShare } from './signs.js';

const isBreaker = ({ policy }: Layer): boolean => policy === 'circuitBreaker';

/** No breaker refuses calls between two components. Open, it may keep up the failures that have opened it. */
export const breakers: InterventionKind = {
  kind: 'breakers',
  of: (plan) =>
    pairsWith(plan, isBreaker).map((pair) => ({
      kind: 'breakers',
      subject: pair.name,
      part: 'loop',
      words: `without the breaker of ${pair.words}`,
      apply: (source) => withoutLayers(source.plan, pair, isBreaker),
      applyFrom: (source, fromNs) => withoutLayersFrom(source.plan, [pair], isBreaker, fromNs),
    })),
  worth: (variant, { subject }) => {
    const refused = counterShare(variant, subject, ['breakerRejected']);
    return refused === 0 ? 0 : 0.4 + 0.4 * Math.min(1, 4 * refused);
  },
};
