import type { Path } from '../scenario/located.js';
import { deliveryNs } from './consumers.js';
import { mostOf } from './demand.js';
import type { Ns } from '../kernel/time.js';
import type { Subscriber, Topic } from '../contracts/scenario/messaging.js';
import type { Subject } from './subject.js';

/** A consumer group and what is known about it. */
export interface Handler {
  readonly topic: Topic;
  readonly spec: Subscriber;
  readonly path: Path;
  /** Threads of all instances. */
  readonly members: number;
  /** Mean time of one run of its handler, without queueing. */
  readonly elapsedNs: Ns;
}

/** The groups of all logs. */
export function handlersOf({ scenario, consumers, demands }: Subject): readonly Handler[] {
  return consumers.flatMap((consumer): readonly Handler[] => {
    if (consumer.kind !== 'log') return [];
    const { holder: topic, spec, name, path } = consumer;
    const most = mostOf(scenario, spec.call.component);
    const isBound = isBoundByPartitions(scenario, spec.call.component, name);
    const members = (isBound ? Math.min(most, topic.partitions) : most) * spec.concurrency;
    return [{ topic, spec, path, members, elapsedNs: deliveryNs(demands, spec) }];
  });
}

/** Whether the only metric of an autoscaler is the lag of this group, and stops at its partitions. */
function isBoundByPartitions(
  { services }: Subject['scenario'],
  component: string,
  group: string,
): boolean {
  const own = services.get(component)?.autoscaling ?? null;
  if (own?.kind !== 'keda' || own.allowIdleConsumers) return false;
  return own.metrics.every(({ of }) => of === group);
}

/** YAML of a subscriber with one changed field. */
export function subscriberYaml({ group, call }: Subscriber, field: string): string {
  return `subscribers: [ { group: ${group}, call: ${call.component}.${call.part}, ${field} } ]`;
}
