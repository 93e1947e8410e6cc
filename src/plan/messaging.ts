import { invariant } from '../kernel/invariant.js';
import type { Ns } from '../kernel/time.js';
import type { Consumption } from '../spec/scenario/messaging.js';
import type { PlanBroker, PlanCluster, PlanGroup, PlanTopic } from '../spec/plan/messaging.js';
import { isFree } from './free.js';
import type { LaidPart, Layout } from './layout.js';
import { partOf } from './layout.js';
import type { Writer } from './writer.js';

/** The clusters of brokers, in the order of their names. */
export function planBrokers(w: Writer): readonly PlanBroker[] {
  return w.layout.components.flatMap(({ id, source, parts }) => {
    if (source.kind !== 'broker' || source.host.log === null) return [];
    const { log } = source.host;
    const sampler = isFree(log.latency) ? -1 : w.distributions.id(log.latency);
    return [{ component: id, part: parts[0].id, spec: log, latency: sampler }];
  });
}

/** The clusters of RabbitMQ, and the stores that push their events, in the order of their names. */
export function planClusters({ layout }: Writer): readonly PlanCluster[] {
  return layout.components.flatMap(({ id, name, source }): readonly PlanCluster[] => {
    if (source.kind === 'eventStore') {
      const pushes = subscriptionsOf(layout, name).length > 0;
      return pushes ? [{ component: id, spec: { electionNs: 0, memoryBytes: Infinity } }] : [];
    }
    if (source.kind !== 'broker' || source.host.cluster === null) return [];
    return [{ component: id, spec: source.host.cluster }];
  });
}

/** Component ids of the persistent subscriptions of an event store. */
export function subscriptionsOf({ components }: Layout, store: string): readonly number[] {
  return components.flatMap(({ id, source }) =>
    source.kind === 'queue' && source.queue.source === store ? [id] : [],
  );
}

/** The topics with their groups, in the order of their names. */
export function planTopics(w: Writer, programs: readonly number[]): readonly PlanTopic[] {
  const brokers = planBrokers(w);
  return w.layout.components.flatMap((component) => {
    const { source } = component;
    if (source.kind !== 'topic' || source.topic.kind === 'bus') return [];
    const spec = source.topic;
    const groups = component.parts.map((part) => groupOf(w, part, programs));
    const latency = isFree(spec.publishLatency) ? -1 : w.distributions.id(spec.publishLatency);
    const broker =
      spec.broker === null
        ? -1
        : brokers.findIndex(({ component: id }) => id === w.layout.byName.get(spec.broker!)!.id);
    return [{ component: component.id, spec, latency, broker, groups }];
  });
}

function groupOf(w: Writer, part: LaidPart, programs: readonly number[]): PlanGroup {
  const { source } = part;
  invariant(source.kind === 'group', 'topic-part-without-group');
  const { subscriber } = source as Extract<LaidPart['source'], { kind: 'group' }>;
  const { byName } = w.layout;
  const handler = partOf(byName.get(subscriber.call.component)!, subscriber.call.part!);
  const endpoint = handler.source as Extract<LaidPart['source'], { kind: 'endpoint' }>;
  const { deadLetter } = subscriber;
  const own = programs[part.id]!;
  return {
    part: part.id,
    handler: handler.id,
    spec: subscriber,
    deadLetter: deadLetter === null ? -1 : byName.get(deadLetter)!.id,
    program: own < 0 ? programs[handler.id]! : own,
    lookup: w.lookups.get(part.id) ?? -1,
    timeLimitNs: handlingLimit(endpoint.endpoint.timeLimitNs, subscriber),
  };
}

/** What ends a run of the handler that is never through: its own limit, or that of its consumer. */
export function handlingLimit(own: Ns | null, { policy }: Consumption): Ns | null {
  const most = Math.min(own ?? Infinity, policy?.timeoutNs ?? Infinity);
  return most === Infinity ? null : most;
}
