import type { Bus, MessageQueue, QueueRules } from '../../contracts/scenario/queues.js';
import type {
  PlanConsumer,
  PlanInlet,
  PlanQueue,
  PlanQueuePlacement,
} from '../../contracts/plan/queues.js';
import { handlerOf, consumerParts } from '../consumers.js';
import { isFree } from '../free.js';
import type { LaidComponent, LaidPart } from '../layout.js';
import { latencyBetween } from '../network.js';
import { planClusters } from './broker.js';
import { HOLDER, NAME_ONLY, sourcesOf, type PlanModule, type Written } from './kind.js';

/** Queues, and topics that push to subscriptions. */
export const queue: PlanModule<'queue', 'consumer', 'queues'> = {
  components: {
    queue: ({ queues }) =>
      sourcesOf('queue', queues, (spec) => ({ ...HOLDER, parts: consumerParts(spec.consumers) })),
  },
  parts: { consumer: ({ consumer }) => ({ ...NAME_ONLY, consumes: consumer }) },
  plan: (written) => ({ queues: planQueues(written) }),
};

function planQueues(from: Written): readonly PlanInlet[] {
  return from.w.layout.components.flatMap((component): readonly PlanInlet[] => {
    const { source } = component;
    if (source.kind === 'queue') return [inletOf(from, component, source.spec)];
    if (source.kind !== 'topic' || source.spec.kind !== 'bus') return [];
    return [inletOf(from, component, source.spec)];
  });
}

function inletOf(from: Written, component: LaidComponent, spec: MessageQueue | Bus): PlanInlet {
  const rules = rulesOf(from, spec);
  const deadLetter = idOf(from, spec.deadLetter);
  const queueOf = (part: number, parts: readonly LaidPart[]): PlanQueue => ({
    component: component.id,
    part,
    rules,
    deadLetter,
    consumers: parts.map((own) => consumerOf(from, component, own)),
  });
  const queues =
    'subscribers' in spec
      ? component.parts.map((part) => queueOf(part.id, [part]))
      : [queueOf(-1, component.parts)];
  return {
    component: component.id,
    rules,
    placement: placementOf(from, spec),
    quota: quotaOf(from, spec),
    queues,
  };
}

/** Quota of the broker of a queue; null = none. */
function quotaOf({ w }: Written, spec: MessageQueue | Bus): PlanInlet['quota'] {
  if ('subscribers' in spec || spec.quota === null) return null;
  const { id, source } = w.layout.byName.get(spec.quota)!;
  const host = source.kind === 'broker' ? source.spec : null;
  const rate = host?.quota ?? Infinity;
  return rate === Infinity ? null : { component: id, rate };
}

/** Nodes that hold a queue. Leaders are distributed over the nodes round-robin, in the order of queue names. */
function placementOf({ w }: Written, spec: MessageQueue | Bus): PlanQueuePlacement | null {
  if ('subscribers' in spec || spec.home === null) return null;
  const { host, members, quorum, isAwaited, field } = spec.home;
  const { id, zones } = w.layout.byName.get(host)!;
  const cluster = planClusters(w).findIndex(({ component }) => component === id);
  if (field === null) return { cluster, nodes: [0], quorum, isAwaited };
  const replicas = zones.length;
  const neighbours = w.layout.components.flatMap(({ source }) =>
    source.kind === 'queue' && source.spec.home?.host === host ? [source.spec.name] : [],
  );
  const first = neighbours.indexOf(spec.name);
  const size = Math.min(members, replicas);
  const nodes = Array.from({ length: size }, (_, k) => (first + k) % replicas);
  return { cluster, nodes, quorum, isAwaited };
}

function idOf({ w }: Written, name: string | null): number {
  return name === null ? -1 : w.layout.byName.get(name)!.id;
}

function consumerOf(from: Written, queue: LaidComponent, part: LaidPart): PlanConsumer {
  const { consumer } = part.source as Extract<LaidPart['source'], { kind: 'consumer' }>;
  const service = from.w.layout.byName.get(consumer.call.component)!;
  return {
    ...handlerOf(from.w, part.id, consumer, from.programs),
    spec: consumer,
    ...consumer.channel,
    there: wayOf(from, queue, service),
    back: wayOf(from, service, queue),
  };
}

function wayOf({ w, network }: Written, x: LaidComponent, y: LaidComponent): number {
  const latency = latencyBetween({ network, layout: w.layout }, x, y);
  return latency === null || isFree(latency) ? -1 : w.distributions.id(latency);
}

function rulesOf({ w }: Written, spec: MessageQueue | Bus): QueueRules {
  const { backlog, capacity, overflow, publishTimeoutNs, publishLatency } = spec;
  return {
    ...spec.rules,
    backlog,
    capacity,
    overflow,
    publishTimeoutNs: publishTimeoutNs ?? Infinity,
    latency: isFree(publishLatency) ? -1 : w.distributions.id(publishLatency),
  };
}
