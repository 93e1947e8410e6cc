import type { Layer } from '../../spec/scenario/policies.js';
import type { InterventionKind } from './kind.js';
import { pairsWith, withoutLayers, withoutLayersFrom } from './layers.js';
import { attemptsPeak } from './signs.js';

const isHedge = ({ policy }: Layer): boolean => policy === 'hedge';

/** No call between two components gets a second attempt because the first one is slow. */
export const hedges: InterventionKind = {
  kind: 'hedges',
  of: (plan) =>
    pairsWith(plan, isHedge).map((pair) => ({
      kind: 'hedges',
      subject: pair.name,
      part: 'loop',
      words: `without the hedges of ${pair.words}`,
      apply: (source) => withoutLayers(source.plan, pair, isHedge),
      applyFrom: (source, fromNs) => withoutLayersFrom(source.plan, [pair], isHedge, fromNs),
    })),
  worth: (variant, { subject }) => {
    if ((variant.edges[subject]?.counters['hedges'] ?? 0) === 0) return 0;
    return Math.min(1, attemptsPeak(variant, subject) - 1);
  },
};
