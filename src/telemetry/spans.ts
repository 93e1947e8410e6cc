import type { Plan, PlanComponent } from '../spec/plan/plan.js';
import type { PlanPublish } from '../spec/plan/messaging.js';
import { callerEnd, calleeEnd, isLost, methodOf, NEVER, routeOf } from './calls.js';
import type { Call } from './calls.js';
import { Ids, SIDE } from './ids.js';
import { ROLE, statusOfLeft, systemOf } from './products.js';
import type { Role } from './products.js';
import { flagsOf, proxyOf, relayedStatus } from './proxies.js';
import type { Attribute, Span, SpanLink } from './span.js';

const NO_LINKS: readonly SpanLink[] = [];
const NO_SPANS: readonly Span[] = [];

/** Makes spans of the rows of one run. */
export class Spans {
  private readonly plan: Plan;
  private readonly ids: Ids;

  constructor(plan: Plan, replication: number) {
    this.plan = plan;
    this.ids = new Ids(plan, replication);
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
        return [this.clientSpan(call)];
      case 'attempt':
        return this.attemptSpans(call);
    }
  }

  /** A span of the caller, or of its proxy; and of the callee if its code ran. */
  private attemptSpans(call: Call): readonly Span[] {
    const isKept = !call.isUnfinished && !call.callerDied;
    const caller = !isKept
      ? NO_SPANS
      : [call.via === 0 ? this.clientSpan(call) : this.proxySpan(call)];
    const isServer = ROLE[call.callee.kind] === 'http' && call.served !== null;
    return isServer ? [...caller, this.serverSpan(call)] : caller;
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
      error: errorOf('internal', call, call.status),
      attributes: outcomeOf(call),
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
      error: errorOf('internal', call, call.status),
    };
    if (group === null) {
      const { name } = call.part;
      const attributes = outcomeOf(call);
      return { ...common, links: NO_LINKS, kind: 'internal', name, attributes };
    }
    const destination = this.plan.components[group.component];
    return {
      ...common,
      links: parentId === '' && batch === undefined ? NO_LINKS : links,
      kind: 'consumer',
      name: `process ${destination.name}`,
      attributes: [
        ...messagingOf(destination, 'process', 'process'),
        ...consumerOf(destination, group.name),
        ...countOf(batch === undefined ? 1 : batch.length / 2),
        ...(call.attempt > 1 ? [['faultline.delivery', call.attempt] as const] : []),
        ...outcomeOf(call),
      ],
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
      error: errorOf('messaging', call, null),
      attributes: [
        ...messagingOf(destination, operation, type),
        ...countOf(call.attempt),
        ...outcomeOf(call),
      ],
    };
  }

  /** What the application sees of an attempt, or of a call that its proxy carries out. */
  private clientSpan(call: Call): Span {
    const role = ROLE[call.callee.kind];
    const status = call.role === 'call' ? relayedStatus(call) : call.status;
    return {
      ...this.place(call, role === 'http' ? SIDE.caller : SIDE.callee),
      parentId: this.parentId(call),
      links: NO_LINKS,
      kind: 'client',
      name: clientName(role, call),
      service: call.caller!.name,
      instance: call.callerInstance,
      startNs: call.sent === NEVER ? call.called : call.sent,
      endNs: callerEnd(call),
      error: errorOf(role, call, status),
      attributes: [...clientAttributes(role, call, status), ...outcomeOf(call)],
    };
  }

  /** One try of a proxy, as Envoy writes it. */
  private proxySpan(call: Call): Span {
    const status = call.isLeft ? null : call.status;
    const isError = status === null || status >= 500;
    return {
      ...this.place(call, SIDE.caller),
      parentId: this.ids.span(call.via, SIDE.caller),
      links: NO_LINKS,
      kind: 'client',
      name: `router ${call.callee.name} egress`,
      ...proxyOf(this.plan, call),
      startNs: call.sent,
      endNs: callerEnd(call),
      error: isError ? (status === null ? call.outcome : String(status)) : null,
      attributes: [
        ['component', 'proxy'],
        ['upstream_cluster.name', call.callee.name],
        ['server.address', call.callee.name],
        ['http.method', methodOf(call)],
        ['http.status_code', String(status ?? 0)],
        ['response_flags', flagsOf(call)],
        ...(call.number > 0 ? [['retry.count', String(call.number)] as const] : []),
        ...outcomeOf(call),
      ],
    };
  }

  private serverSpan(call: Call): Span {
    const { callee, served } = call;
    const isLeft = served === 'cancelled';
    const status = isLeft ? statusOfLeft(callee) : call.servedStatus;
    return {
      ...this.place(call, SIDE.callee),
      parentId: this.ids.span(call.id, SIDE.caller),
      links: NO_LINKS,
      kind: 'server',
      name: `${methodOf(call)} ${routeOf(call)}`,
      service: callee.name,
      instance: call.instance,
      startNs: call.arrived,
      endNs: calleeEnd(call),
      // A server answers for its own errors only: a status of 4xx is the fault of its caller.
      error: status >= 500 ? String(status) : null,
      attributes: [
        ['http.request.method', methodOf(call)],
        ['http.route', routeOf(call)],
        ['http.response.status_code', status],
        ...(isLeft && status === 0 ? [['response_flags', 'DC'] as const] : []),
        ...waitOf('faultline.queue.duration', call.arrived, call.begun),
      ],
    };
  }

  private place(call: Call, side: number): SpanLink {
    return { traceId: this.ids.trace(call.root), spanId: this.ids.span(call.id, side) };
  }

  private parentId({ parent }: Call): string {
    return parent < 0 ? '' : this.ids.span(parent, SIDE.callee);
  }
}

/**
 * Sources: OpenTelemetry semantic conventions, HTTP spans (Name: `{method} {target}`) and database spans (Name:
 * `{db.operation.name} {target}`, else the target). The command of a cache is not recorded.
 */
function clientName(role: Role, call: Call): string {
  if (role === 'http') return `${methodOf(call)} ${routeOf(call)}`;
  if (call.callee.kind === 'cache') return call.callee.name;
  return `${call.part.name} ${call.callee.name}`;
}

/** Source: OpenTelemetry semantic conventions, HTTP client spans, database client spans, messaging spans. */
function clientAttributes(role: Role, call: Call, status: number | null): readonly Attribute[] {
  const { callee, part, attempt } = call;
  const again: readonly Attribute[] =
    attempt > 1 ? [['http.request.resend_count', attempt - 1]] : [];
  const answer: readonly Attribute[] =
    status === null ? [] : [['http.response.status_code', status]];
  switch (role) {
    case 'http':
      return [
        ['http.request.method', methodOf(call)],
        ['server.address', callee.name],
        ['url.template', routeOf(call)],
        ...answer,
        ...again,
      ];
    case 'database':
      return [
        ['db.system.name', systemOf(callee)],
        ...(callee.kind === 'cache' ? [] : [['db.operation.name', part.name] as const]),
        ['server.address', callee.name],
      ];
    case 'messaging':
      return [...messagingOf(callee, operationOf(callee), 'send'), ['server.address', callee.name]];
    case 'internal':
      return [];
  }
}

/** Source: OpenTelemetry semantic conventions, messaging spans. */
function messagingOf(
  destination: PlanComponent,
  operation: string,
  type: string,
): readonly Attribute[] {
  return [
    ['messaging.system', systemOf(destination)],
    ['messaging.destination.name', destination.name],
    ['messaging.operation.name', operation],
    ['messaging.operation.type', type],
  ];
}

/** Words of the clients for publishing. Sources: kafka-clients (send), amqplib and nats.js (publish), SQS (send). */
function operationOf({ product }: PlanComponent): string {
  return product === 'rabbitmq' || product === 'nats' || product === 'bus' ? 'publish' : 'send';
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

/** What the simulation knows and no convention has a name for. Durations: seconds. */
function outcomeOf(call: Call): readonly Attribute[] {
  const isCall = call.role === 'attempt' || call.role === 'call';
  return [
    ['faultline.outcome', call.outcome],
    ...(isCall && call.via === 0
      ? waitOf('faultline.policies.duration', call.called, call.sent)
      : []),
  ];
}

function waitOf(name: string, from: number, to: number): readonly Attribute[] {
  return from === NEVER || to === NEVER || to <= from ? [] : [[name, (to - from) / 1e9]];
}

/**
 * Why a span failed: the HTTP status, else the name of what happened. A client that cancels its own request has not
 * failed. Source: OpenTelemetry semantic conventions, error.type and HTTP spans, Status.
 */
function errorOf(role: Role, call: Call, status: number | null): string | null {
  const { isSuccess, outcome } = call;
  if (isSuccess) return null;
  if (role !== 'internal' && (outcome === 'cancelled' || outcome === 'abandoned')) return null;
  return status === null || role === 'database' ? outcome : String(status);
}
