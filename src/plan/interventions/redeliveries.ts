import type { Plan } from '../../contracts/plan/plan.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { fallsBehind } from './consumers.js';
import type { Intervention, InterventionKind } from './kind.js';
import { FACTORS } from './multiplied.js';

/** The fields with which a queue waits longer for an acknowledgement. */
const FIELDS: readonly string[] = ['visibilityTimeout', 'ackWait'];

/**
 * A queue waits longer for the acknowledgement of a message before it delivers it again. A copy that is delivered while the
 * first one is still handled is work for nothing, and counts as a failed delivery.
 */
export const redeliveries: InterventionKind = {
  kind: 'redeliveries',
  isUnseen: true,
  of: (plan) =>
    plan.queues.flatMap(({ component, queues }) =>
      queues.some(
        ({ rules, consumers }) => consumers.length > 0 && Number.isFinite(rules.inFlightNs),
      )
        ? [longer(component, plan.components[component]!.name, 0)]
        : [],
    ),
  worth: (variant, { subject }) =>
    repeats(variant, subject) && (fallsBehind(variant, subject) || hasDeadLetters(variant, subject))
      ? 0.85
      : 0,
};

function longer(component: number, subject: string, step: number): Intervention {
  const factor = FACTORS[step]!;
  return {
    kind: 'redeliveries',
    subject,
    part: 'loop',
    cause: `${subject} delivers messages again that are still handled`,
    factor,
    fields: FIELDS,
    words: `with ${factor}x the time until ${subject} delivers a message again`,
    isUnseen: true,
    apply: ({ plan }) => waiting(plan, component, factor),
    ...(step + 1 < FACTORS.length && { stronger: longer(component, subject, step + 1) }),
  };
}

function waiting(plan: Plan, component: number, factor: number): Plan {
  return {
    ...plan,
    queues: plan.queues.map((inlet) =>
      inlet.component === component
        ? {
            ...inlet,
            queues: inlet.queues.map((own) => ({
              ...own,
              rules: { ...own.rules, inFlightNs: own.rules.inFlightNs * factor },
            })),
          }
        : inlet,
    ),
  };
}

/** Whether messages of a queue are delivered again. */
function repeats({ metered }: VariantResult, subject: string): boolean {
  const meter = metered[subject]?.meters.redeliveries;
  return meter?.form === 'counter' && meter.total > 0;
}

function hasDeadLetters({ cascade }: VariantResult, subject: string): boolean {
  return cascade.events.some(
    ({ kind, subject: own }) => kind === 'deadLettered' && own === subject,
  );
}
