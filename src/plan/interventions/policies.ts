import type { Layer } from '../../contracts/scenario/policies.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { Intervention, InterventionKind } from './kind.js';
import { cuts, edgesOf, pairs } from './layers.js';
import { attemptShare, attemptsPeak, counterShare, UNLIKELY } from './signs.js';

/** Calls between two components lack the layers of these policies. `what`: `the retries`. */
function without(
  kind: InterventionKind['kind'],
  policies: readonly Layer['policy'][],
  [part, what]: readonly [Intervention['part'], string],
  worth: (variant: VariantResult, pair: string, plan: Plan) => number,
): InterventionKind {
  return {
    kind,
    of: (plan) => cuts(plan, ({ policy }) => policies.includes(policy), { kind, part }, what),
    worth: (variant, { subject }, plan) => worth(variant, subject, plan),
  };
}

/** Worth of a cut of attempts beyond the first ones, which this counter of an edge counts. */
function ofAttempts(counter: string): (variant: VariantResult, pair: string) => number {
  return (variant, pair) => {
    if ((variant.edges[pair]?.counters[counter] ?? 0) === 0) return 0;
    return Math.min(1, attemptsPeak(variant, pair) - 1);
  };
}

/** No call between two components is repeated, neither by the application nor by a proxy or gateway. */
export const retries = without(
  'retries',
  ['retry'],
  ['loop', 'the retries'],
  ofAttempts('retries'),
);

/** No call between two components gets a second attempt because the first one is slow. */
export const hedges = without('hedges', ['hedge'], ['loop', 'the hedges'], ofAttempts('hedges'));

/** No breaker refuses calls between two components. Open, it may keep up the failures that have opened it. */
export const breakers = without(
  'breakers',
  ['circuitBreaker'],
  ['loop', 'the breaker'],
  (variant, pair) => {
    const refused = counterShare(variant, pair, ['breakerRejected']);
    return refused === 0 ? 0 : 0.4 + 0.4 * Math.min(1, 4 * refused);
  },
);

const LIMITS: readonly Layer['policy'][] = ['timeout', 'deadline'];

/** Whether a layer ends calls that take too long. */
export const isTimeLimit = ({ policy }: Layer): boolean => LIMITS.includes(policy);

/** Outcomes of attempts that such a limit ends. */
const ENDED: ReadonlySet<string> = new Set(['timeout', 'deadlineExceeded']);

/** Calls between two components wait for their response, however long it takes. */
export const timeouts = without('timeouts', LIMITS, ['policy', 'the timeout'], (variant, pair) => {
  const ended = attemptShare(variant, pair, ENDED);
  return ended === 0 ? 0 : 0.3 + 0.4 * Math.min(1, 4 * ended);
});

/** Failed calls between two components fail, and nothing responds in their place. */
export const fallbacks = without(
  'fallbacks',
  ['fallback'],
  ['policy', 'the fallback'],
  (variant, pair, plan) => {
    if (counterShare(variant, pair, ['fallbacks']) === 0) return 0;
    // Only one that does work elsewhere can do harm.
    const worksElsewhere = edgesOf(plan, pair).some(
      ({ fallback, instead }) => fallback >= 0 || instead >= 0,
    );
    return worksElsewhere ? 0.5 : UNLIKELY;
  },
);

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
