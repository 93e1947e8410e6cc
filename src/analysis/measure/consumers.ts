import type { Plan } from '../../spec/plan/plan.js';
import { busyOf, requestRates } from './loads.js';
import type { GaugePick } from './gauges.js';
import { instancesOf } from './variant-data.js';
import { meanInstances } from './presence.js';
import type { Asked } from './question.js';

/** Handlers of messages in a component, and their use. */
export interface ConsumerUse {
  /** Topic or queue; several, where one endpoint handles the messages of all. */
  readonly source: string;
  /** Executions at once: all that there can be, and their mean. */
  readonly limit: number;
  readonly used: number;
  /** Executions per second. */
  readonly rate: number;
}

/** Consumers that run an endpoint of a component. */
interface Consumers {
  readonly sources: Set<string>;
  /** Executions at once in all instances, given their mean number. */
  readonly limits: ((instances: number) => number)[];
}

/** Use of the consumers in a component. An endpoint that is also called directly looks busier than its consumers. */
export function consumersOf(asked: Asked, component: number): readonly ConsumerUse[] {
  const { data, selection } = asked;
  const instances = meanInstances(asked, component);
  const uses: ConsumerUse[] = [];
  for (const [handler, { sources, limits }] of consumersByHandler(data.plan)) {
    if (data.plan.parts[handler].component !== component) continue;
    const part = { ...asked, selection: { ...selection, parts: [handler] } };
    uses.push({
      source: [...sources].join(', '),
      limit: limits.reduce((sum, limit) => sum + limit(instances), 0),
      used: busyOf(part),
      rate: requestRates(part).arrived,
    });
  }
  return uses;
}

/** The handlers of messages in the instances of a selection: their gauges, and how many can be executed at once. */
export function handlersOf(
  asked: Asked,
): readonly { readonly pick: GaugePick; readonly limit: number }[] {
  const { data, selection } = asked;
  const { plan } = data;
  const components = new Set(selection.instances.map((id) => plan.instances[id].component));
  return [...consumersByHandler(plan)].flatMap(([handler, { limits }]) => {
    const { component } = plan.parts[handler];
    if (!components.has(component)) return [];
    const all = meanInstances(asked, component);
    const own = selection.instances.filter((id) => plan.instances[id].component === component);
    const some = own.length / instancesOf(plan, component).length;
    const limit = limits.reduce((sum, limitOf) => sum + limitOf(all), 0) * some;
    const passes = (_: number, part: number): boolean => part === handler;
    return [{ pick: { kind: 'handling', instances: own, passes }, limit }];
  });
}

function consumersByHandler({ topics, queues, components }: Plan): ReadonlyMap<number, Consumers> {
  const all = new Map<number, Consumers>();
  const add = (handler: number, component: number, limit: (instances: number) => number): void => {
    const known = all.get(handler) ?? { sources: new Set(), limits: [] };
    known.sources.add(components[component].name);
    known.limits.push(limit);
    all.set(handler, known);
  };
  for (const { component, spec, groups } of topics) {
    for (const group of groups) {
      // A partition has one consumer at a time.
      const { concurrency } = group.spec;
      add(group.handler, component, (n) => Math.min(spec.partitions, n * concurrency));
    }
  }
  for (const inlet of queues) {
    for (const { component, consumers } of inlet.queues) {
      for (const { handler, spec } of consumers) {
        add(handler, component, (n) => (spec.instance === null ? n : 1) * spec.concurrency);
      }
    }
  }
  return all;
}
