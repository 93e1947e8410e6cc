import type { Layer } from '../../spec/scenario/policies.js';
import type { InterventionKind } from './kind.js';
import { pairsWith, withoutLayers, withoutLayersFrom } from './layers.js';
import { attemptsPeak } from './signs.js';

const isRetry = ({ policy }: Layer): boolean => policy === 'retry';

/** No call between two components is repeated, neither by the application nor by a proxy or gateway. */
export const retries: InterventionKind = {
  kind: 'retries',
  of: (plan) =>
    pairsWith(plan, isRetry).map((pair) => ({
      kind: 'retries',
      subject: pair.name,
      part: 'loop',
      words: `without the retries of ${pair.words}`,
      apply: (source) => withoutLayers(source.plan, pair, isRetry),
      applyFrom: (source, fromNs) => withoutLayersFrom(source.plan, [pair], isRetry, fromNs),
    })),
  worth: (variant, { subject }) => {
    if ((variant.edges[subject]?.counters['retries'] ?? 0) === 0) return 0;
    return Math.min(1, attemptsPeak(variant, subject) - 1);
  },
};
