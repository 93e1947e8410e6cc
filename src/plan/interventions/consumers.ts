import type { Plan } from '../../contracts/plan/plan.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { Consumption } from '../../contracts/scenario/consumers.js';
import type { Intervention, InterventionKind } from './kind.js';
import { FACTORS, multiplied } from './multiplied.js';
import { queueKindOf } from '../../scenario/queues/index.js';

/** A change of the settings of a consumer of any kind. */
type ChangeOfConsumer = <C extends Consumption>(spec: C) => C;

/** A topic or queue, and the plan with other settings of its consumers. */
export interface Consumed {
  readonly subject: string;
  changed(plan: Plan, change: ChangeOfConsumer): Plan;
}

/** The topics and queues that have such a consumer. */
export function withConsumers(
  plan: Plan,
  isWanted: (spec: Consumption) => boolean,
): readonly Consumed[] {
  const topics = plan.topics.map(({ component, groups }) => ({ component, specs: groups }));
  const queues = plan.queues.map(({ component, queues: own }) => ({
    component,
    specs: own.flatMap(({ consumers }) => consumers),
  }));
  return [...topics, ...queues]
    .filter(({ specs }) => specs.some(({ spec }) => isWanted(spec)))
    .map(({ component }) => ({
      subject: plan.components[component]!.name,
      changed: (source, change) => changedAt(source, component, change),
    }));
}

function changedAt(plan: Plan, component: number, change: ChangeOfConsumer): Plan {
  return {
    ...plan,
    topics: plan.topics.map((topic) =>
      topic.component === component
        ? { ...topic, groups: topic.groups.map((own) => ({ ...own, spec: change(own.spec) })) }
        : topic,
    ),
    queues: plan.queues.map((inlet) =>
      inlet.component === component
        ? {
            ...inlet,
            queues: inlet.queues.map((queue) => ({
              ...queue,
              consumers: queue.consumers.map((own) => ({ ...own, spec: change(own.spec) })),
            })),
          }
        : inlet,
    ),
  };
}

/** Whether messages wait for a consumer of a topic or queue longer than usual. */
export function fallsBehind({ cascade }: VariantResult, subject: string): boolean {
  return cascade.events.some(
    ({ kind, subject: own }) =>
      kind === 'backlog' && (own === subject || own.startsWith(`${subject}.`)),
  );
}

/** Whether messages wait because their function runs as many at once as it may. */
export function isBehindFunction(variant: VariantResult, subject: string): boolean {
  const own = variant.headroom?.components.find(({ component }) => component === subject);
  return own?.fedBy !== undefined && fallsBehind(variant, own.fedBy);
}

/** More messages of a topic or queue are handled at the same time. A partition has one consumer at most, however many there are. */
export const moreConsumers: InterventionKind = {
  kind: 'capacity',
  isUnseen: true,
  of: (plan) => withConsumers(plan, () => true).map(more),
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

function more({ subject, changed }: Consumed): Intervention {
  return multiplied({
    subject,
    resource: 'consumers',
    what: `the concurrency of the consumers of ${subject}`,
    changed: (plan, factor) =>
      changed(plan, (spec) => ({ ...spec, concurrency: spec.concurrency * factor })),
  });
}

/** A message that a consumer cannot process is passed over, so that the others behind it are processed. */
export const poison: InterventionKind = {
  kind: 'poison',
  isUnseen: true,
  passesOver: true,
  of: (plan) =>
    withConsumers(plan, isStubborn).map(({ subject, changed }) => ({
      kind: 'poison',
      subject,
      part: 'condition',
      remedy: remedyOf(plan, subject),
      words: `with messages of ${subject} passed over at their first failure`,
      apply: (source) => changed(source.plan, passing),
    })),
  worth: (variant, { subject }) => (fallsBehind(variant, subject) ? 0.8 : 0),
};

/** A product that counts deliveries gives a message up itself. */
function remedyOf({ components }: Plan, subject: string): string {
  const product = components.find(({ name }) => name === subject)?.product ?? undefined;
  const field = queueKindOf(product)?.givesUp ?? 'onPoison: deadLetter';
  return `${field} and a deadLetter queue`;
}

function isStubborn({ onPoison, retry }: Consumption): boolean {
  return onPoison === 'block' || (retry?.attempts ?? 1) > 1;
}

function passing<C extends Consumption>(spec: C): C {
  const { onPoison } = spec;
  return { ...spec, onPoison: onPoison === 'block' ? 'skip' : onPoison, retry: null };
}

/** Members of a group stay in it however long a poll takes, so that their partitions do not move. */
export const rebalances: InterventionKind = {
  kind: 'rebalances',
  isUnseen: true,
  of: (plan) =>
    plan.topics.flatMap(({ component, groups }) => {
      if (groups.length === 0) return [];
      const subject = plan.components[component]!.name;
      return [
        {
          kind: 'rebalances',
          subject,
          part: 'loop',
          words: `with no poll limit for the consumers of ${subject}`,
          apply: ({ plan: own }) => staying(own, component),
        },
      ];
    }),
  worth: (variant, { subject }) => (fallsBehind(variant, subject) ? 0.7 : 0),
};

function staying(plan: Plan, component: number): Plan {
  return {
    ...plan,
    topics: plan.topics.map((topic) =>
      topic.component === component
        ? {
            ...topic,
            groups: topic.groups.map((own) => ({
              ...own,
              // Longer than any run.
              spec: { ...own.spec, maxPollNs: Math.max(own.spec.maxPollNs, 2 * plan.horizonNs) },
            })),
          }
        : topic,
    ),
  };
}
