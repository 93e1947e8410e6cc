import type { VariantResult } from '../../contracts/result/result.js';
import { fallsBehind, withConsumers, type Consumed } from './consumers.js';
import type { Intervention, InterventionKind } from './kind.js';

/** Factors on the number of executions at once that are tried in turn. */
const FACTORS: readonly number[] = [2, 4, 8];

/** More messages of a topic or queue are handled at the same time. A partition has one consumer at most, however many there are. */
export const moreConsumers: InterventionKind = {
  kind: 'capacity',
  isUnseen: true,
  of: (plan) => withConsumers(plan, () => true).map((consumed) => more(consumed, 0)),
  worth: (variant, { subject }) =>
    !fallsBehind(variant, subject) ? 0 : holdOf(variant, subject) <= 1 ? 1 : 0.75,
  fitting: (variant, weakest) => {
    const hold = holdOf(variant, weakest.subject);
    const isEnough = (factor: number): boolean => hold * factor >= 1;
    const weaker = hold > 1 ? [] : FACTORS.filter((factor) => !isEnough(factor));
    return weaker.reduce((found, _) => found.stronger ?? found, weakest);
  },
};

/** How many times the load before any fault the consumers of a topic or queue handle; Infinity where it is not known. */
function holdOf({ headroom }: VariantResult, subject: string): number {
  const own = headroom?.components.find(
    ({ resource, of }) => resource === 'consumers' && of === subject,
  );
  return own?.factor ?? Infinity;
}

function more(consumed: Consumed, step: number): Intervention {
  const { subject, changed } = consumed;
  const factor = FACTORS[step]!;
  return {
    kind: 'capacity',
    subject,
    part: 'condition',
    resource: 'consumers',
    factor,
    words: `with ${factor}x the concurrency of the consumers of ${subject}`,
    isUnseen: true,
    apply: ({ plan }) =>
      changed(plan, (spec) => ({ ...spec, concurrency: spec.concurrency * factor })),
    ...(step + 1 < FACTORS.length && { stronger: more(consumed, step + 1) }),
  };
}
