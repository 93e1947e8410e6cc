import type { Plan } from '../../contracts/plan/plan.js';
import { fallsBehind } from './consumers.js';
import type { Intervention, InterventionKind } from './kind.js';

/** Factors on the number of segments that are tried in turn. */
const FACTORS: readonly number[] = [2, 4, 8];

/** More events of a projection are handled at the same time. */
export const moreSegments: InterventionKind = {
  kind: 'capacity',
  isUnseen: true,
  of: ({ components, projections }) =>
    projections.flatMap(({ component, spec }) =>
      spec.lifecycle === 'async' ? [more(components[component]!.name, component, 0)] : [],
    ),
  worth: (variant, { subject }) => (fallsBehind(variant, subject) ? 1 : 0),
};

function more(subject: string, component: number, step: number): Intervention {
  const factor = FACTORS[step]!;
  return {
    kind: 'capacity',
    subject,
    part: 'condition',
    resource: 'segments',
    factor,
    words: `with ${factor}x the segments of ${subject}`,
    isUnseen: true,
    apply: ({ plan }) => withSegments(plan, component, factor),
    ...(step + 1 < FACTORS.length && { stronger: more(subject, component, step + 1) }),
  };
}

function withSegments(plan: Plan, component: number, factor: number): Plan {
  return {
    ...plan,
    projections: plan.projections.map((own) =>
      own.component === component
        ? { ...own, spec: { ...own.spec, concurrency: own.spec.concurrency * factor } }
        : own,
    ),
  };
}
