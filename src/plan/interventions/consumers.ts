import type { Plan } from '../../contracts/plan/plan.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { Consumption } from '../../contracts/scenario/consumers.js';

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
