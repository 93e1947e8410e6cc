import type { PlanComponent } from '../contracts/plan/plan.js';
import { answerOf, gotStatusOf, servedCodeOf, servedStatusOf } from './answers.js';
import { methodOf, NEVER, routeOf, type Call } from './calls.js';
import { codeOfCaller, methodNameOf } from './grpc.js';
import { operationOf, roleOf, systemOf, type Role } from './products.js';
import { ended, type Attribute, type Content } from './span.js';

/**
 * What the spans of an attempt say, by the conventions for the protocol of the callee. Sources: OpenTelemetry semantic
 * conventions 1.44, docs/http/http-spans.md, docs/rpc/grpc.md, docs/db/database-spans.md, docs/messaging/messaging-spans.md.
 * Attributes that they require and a scenario does not have are left out: docs/telemetry.md lists them.
 */

/** Of the process that calls: it sees the response, or why there is none. */
export function clientContent(call: Call): Content {
  const role = roleOf(call.callee);
  return { kind: 'client', ...CLIENT[role](call) };
}

/** Of the process that is called: it knows the status that it has sent. */
export function serverContent(call: Call): Content {
  const role = roleOf(call.callee) as ServerRole;
  const own = SERVER[role](call);
  const waits = waitOf('faultline.queue.duration', call.arrived, call.begun);
  return { kind: 'server', ...own, attributes: [...own.attributes, ...waits] };
}

type Told = Omit<Content, 'kind'>;

/** Roles of components with spans of their own. */
type ServerRole = Extract<Role, 'http' | 'rpc' | 'tcp'>;

const CLIENT: Readonly<Record<Role, (call: Call) => Told>> = {
  http: (call) => {
    const status = gotStatusOf(call);
    const own: readonly Attribute[] = [
      ['http.request.method', methodOf(call)],
      ['server.address', call.callee.name],
      ['url.template', routeOf(call)],
      ...versionOf(call.callee),
      ...statusAttribute(status),
      ...(call.attempt > 1 ? [['http.request.resend_count', call.attempt - 1] as const] : []),
      ...outcomeOf(call),
    ];
    const error = failureOf(call, status === null ? call.outcome : String(status));
    return { name: `${methodOf(call)} ${routeOf(call)}`, ...ended(error, own) };
  },
  rpc: (call) => {
    const code = codeOfCaller(call);
    const own: readonly Attribute[] = [
      ...rpcOf(call, code),
      ...attemptOf(call),
      ...outcomeOf(call),
    ];
    // Every code but OK is an error of the caller, also that of a call that it has cancelled.
    return { name: methodNameOf(call), ...ended(code === 'OK' ? null : code, own) };
  },
  // No convention has a name for what is inside the connection.
  tcp: (call) => ({
    name: tcpName(call),
    ...ended(failureOf(call, call.outcome), [
      ...tcpOf(call),
      ...attemptOf(call),
      ...outcomeOf(call),
    ]),
  }),
  // The command of a cache is not recorded, so the target alone is the name of its spans.
  database: (call) => {
    const { callee, part } = call;
    const isNamed = callee.kind !== 'cache';
    const own: readonly Attribute[] = [
      ['db.system.name', systemOf(callee)],
      ...(isNamed ? [['db.operation.name', part.name] as const] : []),
      ['server.address', callee.name],
      ...attemptOf(call),
      ...outcomeOf(call),
    ];
    const name = isNamed ? `${part.name} ${callee.name}` : callee.name;
    return { name, ...ended(failureOf(call, call.outcome), own) };
  },
  messaging: (call) => {
    const { callee } = call;
    const own: readonly Attribute[] = [
      ...messagingOf(callee, operationOf(callee), 'send'),
      ['server.address', callee.name],
      ...attemptOf(call),
      ...outcomeOf(call),
    ];
    const name = `${call.part.name} ${callee.name}`;
    return { name, ...ended(failureOf(call, call.outcome), own) };
  },
  internal: (call) => ({
    name: `${call.part.name} ${call.callee.name}`,
    ...ended(failureOf(call, call.outcome), outcomeOf(call)),
  }),
};

const SERVER: Readonly<Record<ServerRole, (call: Call) => Told>> = {
  http: httpServer,
  rpc: rpcServer,
  tcp: (call) => ({ name: tcpName(call), ...served(call, call.served!, tcpOf(call)) }),
};

function tcpName({ part, callee }: Call): string {
  return `${part.name} ${callee.name}`;
}

/** Source: OpenTelemetry semantic conventions, registry/attributes/network (network.transport). */
function tcpOf({ callee }: Call): readonly Attribute[] {
  return [
    ['network.transport', 'tcp'],
    ['server.address', callee.name],
  ];
}

function httpServer(call: Call): Told {
  const { callee } = call;
  const status = servedStatusOf(call);
  const route = routeOf(call);
  const own: readonly Attribute[] = [
    ['http.request.method', methodOf(call)],
    ['http.route', route],
    ...(PLACEHOLDER.test(route) ? [] : [['url.path', route] as const]),
    ...schemeOf(callee),
    ['server.address', callee.name],
    ...versionOf(callee),
    ...statusAttribute(status),
  ];
  return { name: `${methodOf(call)} ${route}`, ...served(call, String(status), own) };
}

/** A route with one of these stands for many paths. */
const PLACEHOLDER = /[{}:*~()[\]]/;

function rpcServer(call: Call): Told {
  const code = servedCodeOf(call);
  return { name: methodNameOf(call), ...served(call, code, rpcOf(call, code)) };
}

/** A server answers for its own errors only: a status of 4xx is the fault of its caller. */
function served(call: Call, error: string, own: readonly Attribute[]): Omit<Told, 'name'> {
  return ended(answerOf(call).blame === 'server' ? error : null, own);
}

function rpcOf(call: Call, code: string): readonly Attribute[] {
  return [
    ['rpc.system.name', 'grpc'],
    ['rpc.method', methodNameOf(call)],
    ['rpc.status_code', code],
    ['server.address', call.callee.name],
  ];
}

function statusAttribute(status: number | null): readonly Attribute[] {
  return status === null ? [] : [['http.response.status_code', status]];
}

/** Version of HTTP and scheme of a component, as far as the scenario says them. */
function versionOf({ protocol }: PlanComponent): readonly Attribute[] {
  const version = protocol === null ? undefined : VERSION[protocol.kind];
  return version === undefined ? [] : [['network.protocol.version', version]];
}

const VERSION: Readonly<Partial<Record<NonNullable<PlanComponent['protocol']>['kind'], string>>> = {
  http1: '1.1',
  http2: '2',
};

function schemeOf({ protocol }: PlanComponent): readonly Attribute[] {
  if (protocol === null) return [];
  return [['url.scheme', protocol.tls === 'none' ? 'http' : 'https']];
}

/** Number of the try: only HTTP has a name for it. */
function attemptOf({ attempt }: Call): readonly Attribute[] {
  return attempt > 1 ? [['faultline.attempt', attempt]] : [];
}

/** What the destination of messages is. */
export function messagingOf(
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

/** What the simulation knows and no convention has a name for. Durations: seconds. */
export function outcomeOf(call: Call): readonly Attribute[] {
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

/** A client that cancels its own request has not failed. Source: docs/http/http-spans.md (Status). */
export function failureOf({ isSuccess, outcome }: Call, error: string): string | null {
  return isSuccess || outcome === 'cancelled' || outcome === 'abandoned' ? null : error;
}
