import type { ComponentKind } from '../contracts/component-kind.js';
import type { PlanComponent } from '../contracts/plan/plan.js';

/** What a called component is in the conventions of OpenTelemetry; `tcp`: a protocol of its own, which they do not have. */
export type Role = 'http' | 'rpc' | 'tcp' | 'database' | 'messaging' | 'internal';

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

/** Its callers use gRPC, or plain TCP, if the scenario says so. */
export function roleOf({ kind, protocol }: PlanComponent): Role {
  if (protocol?.kind === 'grpc') return 'rpc';
  return protocol?.kind === 'tcp' ? 'tcp' : ROLE[kind];
}

/** Whether a component is a gateway that writes the spans of Envoy. */
export function isEnvoy(component: PlanComponent | null): boolean {
  return component?.kind === 'gateway' && component.product === 'envoy';
}

/** Whether a called component has spans of its own: its requests are HTTP, gRPC or plain TCP. */
export function isServer(component: PlanComponent): boolean {
  return SERVED.has(roleOf(component));
}

const SERVED: ReadonlySet<Role> = new Set(['http', 'rpc', 'tcp']);

/**
 * Names of products where they differ from those of a scenario. Sources: OpenTelemetry semantic conventions,
 * registry/attributes/db and messaging (`db.system.name`, `messaging.system`), which leave other names free. Marten is a
 * library of PostgreSQL, and a persistent subscription is one of EventStoreDB.
 */
const SYSTEMS: Readonly<Record<string, string>> = {
  postgres: 'postgresql',
  mongo: 'mongodb',
  dynamodb: 'aws.dynamodb',
  eventStoreDb: 'eventstoredb',
  marten: 'postgresql',
  axon: 'axonserver',
  sqs: 'aws_sqs',
  persistentSubscription: 'eventstoredb',
};

/** Kinds of the scenario that stand for no product, and their honest names by role. */
const NO_PRODUCT: ReadonlySet<string> = new Set(['generic', 'simple', 'bus', 'local']);

/** Value of `db.system.name` or `messaging.system`; `generic` where the scenario names no product. */
export function systemOf({ product }: PlanComponent): string {
  if (product === null || NO_PRODUCT.has(product)) return 'generic';
  return SYSTEMS[product] ?? product;
}

/**
 * What a server writes for a request whose client has left before the response: nginx, Kong (ngx_http_request.h,
 * NGX_HTTP_CLIENT_CLOSED_REQUEST) and ASP.NET Core (StatusCodes.Status499ClientClosedRequest) 499; Envoy 0 with the
 * response flag DC (access_log/usage: downstream connection termination).
 */
export function statusOfLeft({ product }: PlanComponent): number {
  return product === 'envoy' ? 0 : 499;
}

/** Words of the clients for publishing. Sources: kafka-clients (send), amqplib and nats.js (publish), SQS (send). */
export function operationOf({ product }: PlanComponent): string {
  return product === 'rabbitmq' || product === 'nats' || product === 'bus' ? 'publish' : 'send';
}
