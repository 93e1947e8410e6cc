import type { Plan } from '../../contracts/plan/plan.js';
import type { Resource } from '../../contracts/result/cause.js';
import { fallsBehind, isBehindFunction } from './consumers.js';
import { withConcurrency } from './capacity.js';
import { throttles } from './signs.js';
import { multiplied } from './multiplied.js';
import type { InterventionKind } from './kind.js';

/** More events of a projection are handled at the same time. */
export const moreSegments: InterventionKind = workingOff(
  'projections',
  ({ lifecycle }) => lifecycle === 'async',
  (spec, factor) => ({ ...spec, concurrency: spec.concurrency * factor }),
  'segments',
  (name) => `the segments of ${name}`,
  (subject) => subject,
);

/** Each poll of an outbox publishes more rows. */
export const largerBatches: InterventionKind = workingOff(
  'outboxes',
  ({ mode }) => mode === 'polling',
  (spec, factor) => ({ ...spec, batchSize: spec.batchSize * factor }),
  'relay',
  (name) => `the rows that the outbox of ${name} publishes with each poll`,
  (subject) => `${subject}.outbox`,
);

/** A function handles more messages at once. The messages that it refuses come again after a while. */
export const moreExecutions: InterventionKind = {
  kind: 'capacity',
  isUnseen: true,
  of: ({ components, functions }) =>
    functions.flatMap(({ component, limit }) => {
      const { name } = components[component]!;
      if (!Number.isFinite(limit)) return [];
      return multiplied({
        subject: name,
        resource: 'concurrency',
        what: `the concurrency of ${name}`,
        changed: (plan, factor) => withConcurrency(plan, component, factor),
      });
    }),
  worth: (variant, { subject }) =>
    throttles(variant, subject) && isBehindFunction(variant, subject) ? 1 : 0,
};

/** A list of a plan, of which each entry has the settings of one component. */
type List = 'projections' | 'outboxes';
type Spec<L extends List> = Plan[L][number]['spec'];

/** More of a setting of the entries of a list that `has` takes; `backlogOf`: the subject of the events about what waits. */
function workingOff<L extends List>(
  list: L,
  has: (spec: Spec<L>) => boolean,
  more: (spec: Spec<L>, factor: number) => Spec<L>,
  resource: Resource,
  what: (name: string) => string,
  backlogOf: (subject: string) => string,
): InterventionKind {
  const entries = (plan: Plan): readonly { component: number; spec: Spec<L> }[] => plan[list];
  return {
    kind: 'capacity',
    isUnseen: true,
    of: (plan) =>
      entries(plan).flatMap(({ component, spec }) => {
        if (!has(spec)) return [];
        const { name } = plan.components[component]!;
        const changed = (source: Plan, factor: number): Plan => ({
          ...source,
          [list]: entries(source).map((own) =>
            own.component === component ? { ...own, spec: more(own.spec, factor) } : own,
          ),
        });
        return multiplied({ subject: name, resource, what: what(name), changed });
      }),
    worth: (variant, { subject }) => (fallsBehind(variant, backlogOf(subject)) ? 1 : 0),
  };
}
