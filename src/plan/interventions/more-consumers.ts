import type { VariantResult } from '../../contracts/result/result.js';
import { fallsBehind, withConsumers, type Consumed } from './consumers.js';
import type { Intervention, InterventionKind } from './kind.js';

/** Factors on the number of executions at once that are tried in turn. */
const FACTORS: readonly number[] = [2, 4];

/** More messages of a topic or queue are handled at the same time. A partition has one consumer at most, however many there are. */
export const moreConsumers: InterventionKind = {
  kind: 'capacity',
  isUnseen: true,
  of: (plan) => withConsumers(plan, () => true).map((consumed) => more(consumed, 0)),
  worth: (variant, { subject }) =>
    !fallsBehind(variant, subject) ? 0 : areBusy(variant, subject) ? 1 : 0.75,
};

/** Whether the consumers are busy all the time before any fault. */
function areBusy({ headroom }: VariantResult, subject: string): boolean {
  const own = headroom?.components.find(
    ({ resource, of }) => resource === 'consumers' && of === subject,
  );
  return own !== undefined && own.factor <= 1;
}

function more(consumed: Consumed, step: number): Intervention {
  const { subject, changed } = consumed;
  const factor = FACTORS[step]!;
  return {
    kind: 'capacity',
    subject,
    part: 'condition',
    resource: 'consumers',
    words: `with ${factor}x the concurrency of the consumers of ${subject}`,
    isUnseen: true,
    apply: ({ plan }) =>
      changed(plan, (spec) => ({ ...spec, concurrency: spec.concurrency * factor })),
    ...(step + 1 < FACTORS.length && { stronger: more(consumed, step + 1) }),
  };
}
