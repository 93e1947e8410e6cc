import type { Plan } from '../contracts/plan/plan.js';
import type { Attribute } from './span.js';

/** The brokers of a plan by the topics and queues that they hold. */
export class Brokers {
  /** By component of the topic or queue: name of the broker. */
  private readonly names = new Map<number, string>();

  constructor({ topics, queues, brokers, clusters, components }: Plan) {
    const add = (component: number, broker: number | undefined): void => {
      if (broker !== undefined) this.names.set(component, components[broker].name);
    };
    for (const { component, broker } of topics) add(component, brokers[broker]?.component);
    for (const { component, placement, quota } of queues) {
      const cluster = placement === null ? undefined : clusters[placement.cluster].component;
      add(component, quota?.component ?? cluster);
    }
  }

  /** Address of the broker, if the scenario names one. Source: messaging spans (server.address). */
  addressOf(component: number): readonly Attribute[] {
    const name = this.names.get(component);
    return name === undefined ? [] : [['server.address', name]];
  }
}
