import type { Plan } from '../../contracts/plan/plan.js';
import { fallsBehind, isBehindFunction } from './consumers.js';
import { withConcurrency } from './capacity.js';
import { throttles } from './signs.js';
import { multiplied, type Multiplied } from './multiplied.js';
import type { InterventionKind } from './kind.js';

/** More events of a projection are handled at the same time. */
export const moreSegments: InterventionKind = workingOff(
  ({ components, projections }) =>
    projections.flatMap(({ component, spec }) => {
      const { name } = components[component]!;
      if (spec.lifecycle !== 'async') return [];
      return {
        subject: name,
        resource: 'segments' as const,
        what: `the segments of ${name}`,
        changed: (plan, factor) => ({
          ...plan,
          projections: plan.projections.map((own) =>
            own.component === component
              ? { ...own, spec: { ...own.spec, concurrency: own.spec.concurrency * factor } }
              : own,
          ),
        }),
      };
    }),
  (subject) => subject,
);

/** Each poll of an outbox publishes more rows. */
export const largerBatches: InterventionKind = workingOff(
  ({ components, outboxes }) =>
    outboxes.flatMap(({ component, spec }) => {
      const { name } = components[component]!;
      if (spec.mode !== 'polling') return [];
      return {
        subject: name,
        resource: 'relay' as const,
        what: `the rows that the outbox of ${name} publishes with each poll`,
        changed: (plan, factor) => ({
          ...plan,
          outboxes: plan.outboxes.map((own) =>
            own.component === component
              ? { ...own, spec: { ...own.spec, batchSize: own.spec.batchSize * factor } }
              : own,
          ),
        }),
      };
    }),
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

/** `backlogOf`: the subject of the events about what waits for a component. */
function workingOff(
  all: (plan: Plan) => readonly Multiplied[],
  backlogOf: (subject: string) => string,
): InterventionKind {
  return {
    kind: 'capacity',
    isUnseen: true,
    of: (plan) => all(plan).map((own) => multiplied(own)),
    worth: (variant, { subject }) => (fallsBehind(variant, backlogOf(subject)) ? 1 : 0),
  };
}
