import type { InterventionKind } from './kind.js';
import { edgesOf, pairs } from './layers.js';

/** No instance of a callee is excluded because its calls fail. */
export const outliers: InterventionKind = {
  kind: 'outliers',
  of: (plan) =>
    pairs(plan, ({ outlierDetection }) => outlierDetection !== null).map((pair) => ({
      kind: 'outliers',
      subject: pair.name,
      part: 'loop',
      words: `without the outlier detection of ${pair.words}`,
      apply: ({ plan: own }) => {
        const cut = new Set(edgesOf(own, pair.name));
        const edges = own.edges.map((edge) =>
          cut.has(edge) ? { ...edge, outlierDetection: null } : edge,
        );
        return { ...own, edges };
      },
    })),
  worth: (variant, { subject }) =>
    (variant.edges[subject]?.counters['ejections'] ?? 0) > 0 ? 0.6 : 0,
};
