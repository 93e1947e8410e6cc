import type { Plan, PlanComponent } from '../contracts/plan/plan.js';
import type { PlanPublish } from '../contracts/plan/messaging.js';
import { callerEnd, calleeEnd, isLost, NEVER, type Call } from './calls.js';
import { clientContent, failureOf, messagingOf, outcomeOf, serverContent } from './contents.js';
import { Ids, SIDE } from './ids.js';
import { ingressContent, proxiedContent, tryContent } from './envoy.js';
import { isEnvoy, isServer, operationOf } from './products.js';
import { isAtWaypoint, proxyOf } from './proxies.js';
import { ended, type Attribute, type Content, type Span, type SpanLink } from './span.js';

const NO_LINKS: readonly SpanLink[] = [];
const NO_SPANS: readonly Span[] = [];

/** Makes spans of the rows of one run. */
export class Spans {
  private readonly plan: Plan;
  private readonly ids: Ids;
  private readonly brokers: Brokers;
  /** Most tries of a call, by measured edge: of a proxy, or of a gateway. */
  private readonly tries: ReadonlyMap<string, number>;
  /** The last try that has ended, by row of a gateway of kind `envoy`. */
  private readonly lastTries = new Map<number, Call>();

  constructor(plan: Plan, replication: number) {
    this.plan = plan;
    this.brokers = new Brokers(plan);
    this.ids = new Ids(plan, replication);
    this.tries = mostTries(plan);
  }

  /**
   * The spans of a row that have ended. A span that its process took along when it died, or that had not ended at the end
   * of the run, does not exist: no process exports it. `batch`: the links of a task that handles several messages.
   */
  of(call: Call, batch: readonly number[] | undefined): readonly Span[] {
    switch (call.role) {
      case 'request':
        return call.isUnfinished ? NO_SPANS : [this.requestSpan(call)];
      case 'task':
        if (call.isUnfinished || isLost(call)) return NO_SPANS;
        return [this.taskSpan(call, batch)];
      case 'publication':
        return [this.producerSpan(call)];
      case 'call':
        return [this.clientSpan(call), this.proxySpan(call)];
      case 'attempt':
        return this.attemptSpans(call);
    }
  }

  /** A span of the caller, or of its proxy; and of the callee if its code ran. */
  private attemptSpans(call: Call): readonly Span[] {
    const isKept = !call.isUnfinished && !call.callerDied;
    if (isEnvoy(call.caller)) this.lastTries.set(call.parent, call);
    const isTry = call.via > 0 || (isEnvoy(call.caller) && isServer(call.callee));
    const caller = !isKept ? NO_SPANS : [isTry ? this.trySpan(call) : this.clientSpan(call)];
    const isServed = isServer(call.callee) && call.served !== null;
    return isServed ? [...caller, this.serverSpan(call)] : caller;
  }

  private requestSpan(call: Call): Span {
    return {
      ...this.place(call, SIDE.callee),
      parentId: '',
      links: NO_LINKS,
      kind: 'internal',
      name: call.part.name,
      service: call.callee.name,
      instance: null,
      startNs: call.called,
      endNs: callerEnd(call),
      ...ended(errorOf(call, call.status), outcomeOf(call)),
    };
  }

  /** A message is handled as a child of its publication; several ones are a trace of their own. */
  private taskSpan(call: Call, batch: readonly number[] | undefined): Span {
    const group = call.number === 0 ? null : this.plan.parts[call.number - 1];
    const origin = call.via === 0 ? call.parent : call.via;
    const parentId = batch !== undefined || origin < 0 ? '' : this.ids.span(origin, SIDE.callee);
    const { traceId, spanId } = this.place(call, SIDE.callee);
    const links = batch === undefined ? [{ traceId, spanId: parentId }] : this.linksTo(batch);
    const common = {
      traceId,
      spanId,
      parentId,
      service: call.callee.name,
      instance: call.instance,
      startNs: call.begun === NEVER ? call.sent : call.begun,
      endNs: Math.max(call.ended, call.answered),
    };
    // Nothing answers a handler with a status: what it sees is the outcome.
    const error = errorOf(call, null);
    if (group === null) {
      const { name } = call.part;
      return {
        ...common,
        links: NO_LINKS,
        kind: 'internal',
        name,
        ...ended(error, outcomeOf(call)),
      };
    }
    const destination = this.plan.components[group.component];
    return {
      ...common,
      links: parentId === '' && batch === undefined ? NO_LINKS : links,
      kind: 'consumer',
      name: `process ${destination.name}`,
      ...ended(error, [
        ...messagingOf(destination, 'process', 'process'),
        ...this.brokers.addressOf(group.component),
        ...consumerOf(destination, group.name),
        ...countOf(batch === undefined ? 1 : batch.length / 2),
        ...(call.attempt > 1 ? [['faultline.delivery', call.attempt] as const] : []),
        ...outcomeOf(call),
      ]),
    };
  }

  private linksTo(pairs: readonly number[]): readonly SpanLink[] {
    return Array.from({ length: pairs.length / 2 }, (_, k) => ({
      traceId: this.ids.trace(pairs[2 * k]),
      spanId: this.ids.span(pairs[2 * k + 1], SIDE.callee),
    }));
  }

  /**
   * Messages that are only kept until a relay or a commit sends them are created, not sent. Source: OpenTelemetry
   * semantic conventions, messaging spans, operation types.
   */
  private producerSpan(call: Call): Span {
    const act = this.plan.acts[call.number] as PlanPublish;
    const destination = this.plan.components[act.topic];
    const isCreated = act.via === 'outbox' || act.database >= 0;
    const type = isCreated ? 'create' : 'send';
    const operation = isCreated ? type : operationOf(destination);
    return {
      ...this.place(call, SIDE.callee),
      parentId: this.parentId(call),
      links: NO_LINKS,
      kind: 'producer',
      name: `${operation} ${destination.name}`,
      service: call.callee.name,
      instance: call.callerInstance,
      startNs: call.sent,
      endNs: callerEnd(call),
      ...ended(failureOf(call, call.outcome), [
        ...messagingOf(destination, operation, type),
        ...(isCreated ? [] : this.brokers.addressOf(act.topic)),
        ...countOf(call.attempt),
        ...outcomeOf(call),
      ]),
    };
  }

  /** What the application sees of an attempt, or of a call that its proxy carries out. */
  private clientSpan(call: Call): Span {
    return {
      ...this.place(call, isServer(call.callee) ? SIDE.caller : SIDE.callee),
      parentId: this.parentId(call),
      links: NO_LINKS,
      service: call.caller!.name,
      instance: call.callerInstance,
      startNs: call.sent === NEVER ? call.called : call.sent,
      endNs: callerEnd(call),
      ...clientContent(call),
    };
  }

  /** The request that an application gives to its proxy: it covers all tries. */
  private proxySpan(call: Call): Span {
    const most = this.tries.get(edgeOf(call)) ?? 1;
    return {
      ...this.place(call, SIDE.proxy),
      parentId: this.ids.span(call.id, SIDE.caller),
      links: NO_LINKS,
      ...proxyOf(this.plan, call),
      startNs: call.sent,
      endNs: callerEnd(call),
      ...proxiedContent(call, isAtWaypoint(this.plan, call), most),
    };
  }

  /** One try of a proxy or of a gateway, as Envoy writes it. */
  private trySpan(call: Call): Span {
    const maker =
      call.via > 0
        ? proxyOf(this.plan, call)
        : { service: call.caller!.name, instance: call.callerInstance };
    return {
      ...this.place(call, SIDE.caller),
      parentId: call.via > 0 ? this.ids.span(call.via, SIDE.proxy) : this.parentId(call),
      links: NO_LINKS,
      ...maker,
      startNs: call.sent,
      endNs: callerEnd(call),
      ...tryContent(call),
    };
  }

  private serverSpan(call: Call): Span {
    return {
      ...this.place(call, SIDE.callee),
      parentId: this.ids.span(call.id, SIDE.caller),
      links: NO_LINKS,
      service: call.callee.name,
      instance: call.instance,
      startNs: call.arrived,
      endNs: calleeEnd(call),
      ...(isEnvoy(call.callee) ? this.ingress(call) : serverContent(call)),
    };
  }

  private ingress(call: Call): Content {
    const last = this.lastTries.get(call.id) ?? null;
    this.lastTries.delete(call.id);
    return ingressContent(call, last, last === null ? 1 : (this.tries.get(edgeOf(last)) ?? 1));
  }

  private place(call: Call, side: number): SpanLink {
    return { traceId: this.ids.trace(call.root), spanId: this.ids.span(call.id, side) };
  }

  private parentId({ parent }: Call): string {
    return parent < 0 ? '' : this.ids.span(parent, SIDE.callee);
  }
}

/** Key of the parts that a call is between. */
function edgeOf({ callerPart, partId }: Call): string {
  return `${callerPart!.name}@${callerPart!.component} ${partId}`;
}

/** The most tries of the calls between two parts, for those that are retried. */
function mostTries({ edges, bundles, parts }: Plan): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const { from, to, bundle } of edges)
    for (const { policy, config } of bundles[bundle]!.layers) {
      const { attempts } = config as { readonly attempts?: unknown };
      if (policy !== 'retry' || typeof attempts !== 'number') continue;
      const { name, component } = parts[from]!;
      most.set(`${name}@${component} ${to}`, attempts);
    }
  return most;
}

/** The name of a group, or of a subscription. The consumers of a queue have none in the conventions. */
function consumerOf({ kind, product }: PlanComponent, name: string): readonly Attribute[] {
  if (kind !== 'topic') return [];
  const key = product === 'bus' ? 'destination.subscription.name' : 'consumer.group.name';
  return [[`messaging.${key}`, name]];
}

/** Only operations on several messages have their number. */
function countOf(messages: number): readonly Attribute[] {
  return messages > 1 ? [['messaging.batch.message_count', messages]] : [];
}

/** Why a request, or the handling of messages, failed: the status, else the name of what happened. */
function errorOf({ isSuccess, outcome }: Call, status: number | null): string | null {
  if (isSuccess) return null;
  return status === null ? outcome : String(status);
}

/** The brokers of a plan by the topics and queues that they hold. */
class Brokers {
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
