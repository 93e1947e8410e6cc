import type { ComponentKind } from '../spec/component-kind.js';
import type { Plan } from '../spec/plan/plan.js';
import type { TraceRecord } from '../spec/record/record.js';
import { callOf, callerEnd, calleeEnd, isAnswered, isServed, methodOf, NEVER } from './calls.js';
import type { Call } from './calls.js';
import type { TracedRun } from './exporter.js';
import { Ids, SIDE } from './ids.js';

/** Kinds of spans with the numbers of OTLP. Source: opentelemetry-proto, trace/v1/trace.proto, SpanKind. */
export const SPAN_KIND = Object.freeze({
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
} as const);
export type SpanKind = keyof typeof SPAN_KIND;

export type Attribute = readonly [name: string, value: string | number | boolean];

/** A span as all formats of traces know it. Times: ns from the end of the warm-up. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** '' = none. */
  readonly parentId: string;
  /** Span of the publisher of the message that is handled; '' = none. */
  readonly linkId: string;
  readonly kind: SpanKind;
  readonly name: string;
  readonly service: string;
  /** Process, such as `orders[0]`; null for a caller, of which the process is not recorded. */
  readonly instance: string | null;
  readonly startNs: number;
  readonly endNs: number;
  /** Why it failed, such as `503` or `timeout`; null = it did not. */
  readonly error: string | null;
  readonly attributes: readonly Attribute[];
}

/** What a called component is in the conventions of OpenTelemetry. */
type Role = 'http' | 'database' | 'messaging' | 'internal';

const ROLE: Readonly<Record<ComponentKind, Role>> = {
  service: 'http',
  gateway: 'http',
  database: 'database',
  eventStore: 'database',
  cache: 'database',
  broker: 'messaging',
  topic: 'messaging',
  queue: 'messaging',
  workload: 'internal',
  saga: 'internal',
  projection: 'internal',
  registry: 'internal',
};

/** Makes spans of the rows of one run. */
export class Spans {
  private readonly plan: Plan;
  private readonly ids: Ids;
  private readonly destinations: ReadonlyMap<number, string>;

  constructor(plan: Plan, replication: number) {
    this.plan = plan;
    this.ids = new Ids(plan, replication);
    this.destinations = destinationsOf(plan);
  }

  /** One span for a request or a task; for a call that of the caller, and of the callee if its code ran. */
  of(rows: TraceRecord, row: number): readonly Span[] {
    const call = callOf(this.plan, rows, row);
    if (call.role !== 'call') return [this.alone(call)];
    if (ROLE[call.callee.kind] !== 'http') return [this.clientSpan(call, SIDE.callee)];
    const client = this.clientSpan(call, SIDE.caller);
    return isServed(call) ? [client, this.serverSpan(call, client.spanId)] : [client];
  }

  private alone(call: Call): Span {
    const destination = call.role === 'task' ? this.destinations.get(call.partId) : undefined;
    const parentId = this.parentId(call);
    const name = destination === undefined ? call.part.name : `process ${destination}`;
    return {
      ...this.place(call, SIDE.callee),
      parentId,
      linkId: destination === undefined ? '' : parentId,
      kind: destination === undefined ? 'internal' : 'consumer',
      name,
      service: call.callee.name,
      instance: call.instance,
      startNs: call.role === 'request' ? call.called : firstOf(call.begun, call.sent),
      endNs: calleeEnd(call),
      error: errorOf(call),
      attributes: [
        ...(destination === undefined ? [] : messagingOf(destination, call)),
        ...outcomeOf(call),
      ],
    };
  }

  private clientSpan(call: Call, side: number): Span {
    const role = ROLE[call.callee.kind];
    return {
      ...this.place(call, side),
      parentId: this.parentId(call),
      linkId: '',
      kind: 'client',
      name:
        role === 'http'
          ? `${methodOf(call)} ${routeOf(call)}`
          : `${call.part.name} ${call.callee.name}`,
      service: call.caller!.name,
      instance: null,
      startNs: call.sent === NEVER ? call.called : call.sent,
      endNs: callerEnd(call),
      error: errorOf(call),
      attributes: [...clientAttributes(role, call), ...outcomeOf(call)],
    };
  }

  private serverSpan(call: Call, parentId: string): Span {
    const status = call.calleeStatus;
    return {
      ...this.place(call, SIDE.callee),
      parentId,
      linkId: '',
      kind: 'server',
      name: `${methodOf(call)} ${routeOf(call)}`,
      service: call.callee.name,
      instance: call.instance,
      startNs: call.arrived,
      endNs: calleeEnd(call),
      // A server answers for its own errors only: a status of 4xx is the fault of its caller.
      error: !isAnswered(call) ? lostOf(call) : status >= 500 ? String(status) : null,
      attributes: [
        ['http.request.method', methodOf(call)],
        ['http.route', routeOf(call)],
        ...(isAnswered(call) ? [['http.response.status_code', status] as const] : []),
        ...waitOf('faultline.queue.duration', call.arrived, call.begun),
      ],
    };
  }

  private place(call: Call, side: number): { readonly traceId: string; readonly spanId: string } {
    return { traceId: this.ids.trace(call.root), spanId: this.ids.span(call.id, side) };
  }

  private parentId({ parent }: Call): string {
    return parent < 0 ? '' : this.ids.span(parent, SIDE.callee);
  }
}

/** By part: the topic, queue or bus whose messages it handles, if it is a single one. */
function destinationsOf(plan: Plan): ReadonlyMap<number, string> {
  const all = new Map<number, Set<string>>();
  const add = (part: number, component: number): void => {
    const known = all.get(part) ?? new Set<string>();
    all.set(part, known.add(plan.components[component].name));
  };
  for (const { component, groups } of plan.topics) {
    for (const { handler } of groups) add(handler, component);
  }
  for (const { component, queues } of plan.queues) {
    for (const { consumers } of queues) {
      for (const { handler } of consumers) add(handler, component);
    }
  }
  return new Map([...all].map(([part, names]) => [part, [...names].join(' or ')]));
}

/** Source: OpenTelemetry semantic conventions 1.37, HTTP, database, messaging. */
function clientAttributes(role: Role, call: Call): readonly Attribute[] {
  const { callee, part, attempt, status } = call;
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
        ['db.system.name', callee.name],
        ['db.operation.name', part.name],
        ['server.address', callee.name],
      ];
    case 'messaging':
      return [
        ['messaging.system', callee.name],
        ['messaging.operation.name', part.name],
        ['messaging.operation.type', 'send'],
      ];
    case 'internal':
      return [];
  }
}

function messagingOf(destination: string, { attempt }: Call): readonly Attribute[] {
  return [
    ['messaging.destination.name', destination],
    ['messaging.operation.name', 'process'],
    ['messaging.operation.type', 'process'],
    ...(attempt > 1 ? [['faultline.delivery', attempt] as const] : []),
  ];
}

/** What the simulation knows and no convention has a name for. Durations: seconds. */
function outcomeOf(call: Call): readonly Attribute[] {
  return [
    ['faultline.outcome', call.outcome],
    ...(call.role === 'call' ? waitOf('faultline.policies.duration', call.called, call.sent) : []),
  ];
}

function waitOf(name: string, from: number, to: number): readonly Attribute[] {
  return from === NEVER || to === NEVER || to <= from ? [] : [[name, (to - from) / 1e9]];
}

/** Source: OpenTelemetry semantic conventions, error.type: the status, else the name of what happened. */
function errorOf({ isSuccess, isUnfinished, outcome, status }: Call): string | null {
  if (isSuccess || isUnfinished) return null;
  return status === null ? outcome : String(status);
}

/** The process died or the run ended before the work did. */
function lostOf({ isUnfinished, outcome }: Call): string | null {
  return isUnfinished ? null : outcome;
}

/** Path of a route as written; of an endpoint its name. */
export function routeOf({ part }: Call): string {
  return part.path ?? `/${part.name}`;
}

/** The process that a span belongs to, and its run, besides the name of the service. */
export function processAttributes({ instance }: Span, run: TracedRun): readonly Attribute[] {
  return [
    ...(instance === null ? [] : [['service.instance.id', instance] as const]),
    ['faultline.variant', run.plan.variant],
    ['faultline.replication', run.replication],
  ];
}

function firstOf(a: number, b: number): number {
  return a === NEVER ? b : a;
}
