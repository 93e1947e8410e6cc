import { invariant } from '../kernel/invariant.js';
import type { PlanComponent, PlanInstance } from '../spec/plan/plan.js';
import type { Distribution } from '../kernel/distribution.js';
import type { Cache, CacheLevel } from '../spec/scenario/caching.js';
import type { Broker, Outbox, Subscriber, Topic } from '../spec/scenario/messaging.js';
import type { Saga, SagaStep } from '../spec/scenario/sagas.js';
import { driverName } from '../spec/scenario/sagas.js';
import type { Database, Operation } from '../spec/scenario/database.js';
import type { Bus, MessageQueue, QueueConsumer } from '../spec/scenario/queues.js';
import type { EventStore, Projection, StorePart } from '../spec/scenario/stores.js';
import type { Endpoint, Service } from '../spec/scenario/services.js';
import type { Gateway, Request, Route, Scenario, Workload } from '../spec/scenario/scenario.js';
import type { Host } from '../spec/scenario/host.js';
import { byCodeUnit } from './canonical.js';
import { commitsOf } from './commits.js';
import type { Incoming } from './incoming.js';
import { incomingOf } from './incoming.js';
import type { Problems } from './problem.js';
import { modulePartsOf, runsAlone } from './module-parts.js';
import { routeOf } from '../language/routes.js';

/** A component with what the scenario says about it. */
export type Source =
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'gateway'; readonly host: Gateway }
  | { readonly kind: 'service'; readonly host: Service }
  | { readonly kind: 'database'; readonly host: Database }
  | { readonly kind: 'topic'; readonly topic: Topic | Bus }
  | { readonly kind: 'queue'; readonly queue: MessageQueue }
  | { readonly kind: 'broker'; readonly host: Broker }
  /** `host`: the server of its shared level. */
  | { readonly kind: 'cache'; readonly cache: Cache; readonly host: Host | null }
  | { readonly kind: 'saga'; readonly saga: Saga }
  | { readonly kind: 'eventStore'; readonly host: EventStore }
  | { readonly kind: 'projection'; readonly projection: Projection };

export type PartSource =
  | { readonly kind: 'request'; readonly request: Request; readonly workload: Workload }
  | { readonly kind: 'route'; readonly route: Route; readonly gateway: Gateway }
  /** Where a gateway answers 404. */
  | { readonly kind: 'unmatched' }
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint; readonly service: Service }
  | { readonly kind: 'operation'; readonly operation: Operation; readonly database: Database }
  /** End of transactions, with the time that it takes. */
  | { readonly kind: 'commit'; readonly time: Distribution; readonly database: Database }
  | { readonly kind: 'group'; readonly subscriber: Subscriber }
  /** What a node does for a request of a producer. */
  | { readonly kind: 'produce'; readonly host: Broker }
  /** Who publishes the rows of an outbox. */
  | { readonly kind: 'relay'; readonly outbox: Outbox }
  | { readonly kind: 'consumer'; readonly consumer: QueueConsumer }
  | { readonly kind: 'level'; readonly level: CacheLevel; readonly cache: Cache }
  | { readonly kind: 'step'; readonly step: SagaStep }
  /** What an orchestrator runs for a saga. */
  | { readonly kind: 'driver'; readonly saga: Saga }
  | { readonly kind: 'storePart'; readonly does: StorePart; readonly store: EventStore }
  /** The work of a projection, in its own process or in that of a service. */
  | { readonly kind: 'projector'; readonly projection: Projection };

export interface LaidPart {
  readonly id: number;
  readonly name: string;
  readonly component: LaidComponent;
  readonly source: PartSource;
}

export interface LaidComponent {
  readonly id: number;
  readonly name: string;
  readonly kind: PlanComponent['kind'];
  readonly source: Source;
  readonly parts: readonly LaidPart[];
  readonly firstInstance: number;
  /** Zone index of each instance, -1 = outside every zone. */
  readonly zones: readonly number[];
}

/** The numbers of components, parts, instances and links. */
export interface Layout {
  /** In code-unit order of their names, all kinds together. */
  readonly components: readonly LaidComponent[];
  readonly byName: ReadonlyMap<string, LaidComponent>;
  readonly parts: readonly LaidPart[];
  readonly instances: readonly PlanInstance[];
  /** In code-unit order. */
  readonly zones: readonly string[];
  /** What each gateway is asked for, by its name. */
  readonly incoming: ReadonlyMap<string, readonly Incoming[]>;
}

const NOTHING: readonly Incoming[] = [];
const NO_COMMITS: readonly (readonly [string, Distribution])[] = [];

/** Name of the part of a gateway that takes what no route matches. */
export const UNMATCHED = 'unmatched';

/** Name of the part of a service that publishes the rows of its outbox. */
export const RELAY = 'outbox';

/** Numbers components, parts, instances and zones by code unit of their names. */
export function layOut(scenario: Scenario, problems: Problems): Layout {
  const zones = zonesOf(scenario);
  const incoming = incomingOf(scenario);
  const commits = commitsOf(scenario);
  const components: LaidComponent[] = [];
  const parts: LaidPart[] = [];
  const instances: PlanInstance[] = [];
  for (const [name, source] of sourcesOf(scenario)) {
    const own: LaidPart[] = [];
    const component: LaidComponent = {
      id: components.length,
      name,
      kind: source.kind,
      source,
      parts: own,
      firstInstance: instances.length,
      zones: placesOf(source).map((zone) => (zone === null ? -1 : zones.indexOf(zone))),
    };
    const noEffect =
      source.kind === 'gateway' && asksWithoutEffect(source.host, incoming.get(name) ?? NOTHING);
    const ends = commits.get(name) ?? NO_COMMITS;
    for (const [part, partSource] of partsOf(source, scenario, noEffect, ends, problems)) {
      const laid = { id: parts.length, name: part, component, source: partSource };
      own.push(laid);
      parts.push(laid);
    }
    component.zones.forEach((zone, index) =>
      instances.push({ component: component.id, index, zone }),
    );
    components.push(component);
  }
  return {
    components,
    byName: new Map(components.map((component) => [component.name, component])),
    parts,
    instances,
    zones,
    incoming,
  };
}

/** The part of a component with this name; a name that is not there has escaped the loader. */
export function partOf(component: LaidComponent, name: string): LaidPart {
  const part = component.parts.find((candidate) => candidate.name === name);
  invariant(part !== undefined, 'part-unknown');
  return part!;
}

/** The host of a component; what is not placed, such as a workload, has none. */
export function hostOf(component: LaidComponent): Host | null {
  return 'host' in component.source ? component.source.host : null;
}

function sourcesOf(scenario: Scenario): (readonly [string, Source])[] {
  const all: (readonly [string, Source])[] = [];
  for (const [name, workload] of scenario.workloads)
    all.push([name, { kind: 'workload', workload }]);
  for (const [name, host] of scenario.gateways) all.push([name, { kind: 'gateway', host }]);
  for (const [name, host] of scenario.services) all.push([name, { kind: 'service', host }]);
  for (const [name, host] of scenario.databases) all.push([name, { kind: 'database', host }]);
  for (const [name, topic] of scenario.topics) all.push([name, { kind: 'topic', topic }]);
  for (const [name, host] of scenario.brokers) all.push([name, { kind: 'broker', host }]);
  for (const [name, saga] of scenario.sagas) all.push([name, { kind: 'saga', saga }]);
  for (const [name, queue] of scenario.queues) all.push([name, { kind: 'queue', queue }]);
  for (const [name, cache] of scenario.caches)
    all.push([name, { kind: 'cache', cache, host: cache.host }]);
  for (const [name, host] of scenario.eventStores) all.push([name, { kind: 'eventStore', host }]);
  for (const [name, projection] of scenario.projections) {
    all.push([name, { kind: 'projection', projection }]);
  }
  return all.sort(([a], [b]) => byCodeUnit(a, b));
}

function zonesOf(scenario: Scenario): readonly string[] {
  const zones = new Set(scenario.network.zones.keys());
  for (const [, source] of sourcesOf(scenario)) {
    for (const zone of placesOf(source)) if (zone !== null) zones.add(zone);
  }
  return [...zones].sort(byCodeUnit);
}

/** Zone of each instance. A workload is one pseudo-instance. */
function placesOf(source: Source): readonly (string | null)[] {
  if (source.kind === 'workload') return [source.workload.zone];
  if (source.kind === 'projection') return runsAlone(source.projection) ? [null] : [];
  if (source.kind === 'topic' || source.kind === 'queue' || source.kind === 'saga') return [];
  if (source.host === null) return [];
  return source.host.zones;
}

function partsOf(
  source: Source,
  scenario: Scenario,
  unmatched: boolean,
  commits: readonly (readonly [string, Distribution])[],
  problems: Problems,
): (readonly [string, PartSource])[] {
  const parts: (readonly [string, PartSource])[] = [];
  switch (source.kind) {
    case 'workload':
      for (const request of source.workload.requests) {
        parts.push([request.name, { kind: 'request', request, workload: source.workload }]);
      }
      break;
    case 'gateway':
      for (const route of source.host.routes) {
        parts.push([route.name, { kind: 'route', route, gateway: source.host }]);
        if (route.name === UNMATCHED && unmatched) {
          const where = `gateways.${source.host.name}.routes`;
          problems.add(
            'FL706',
            where,
            `the name \`${UNMATCHED}\` stands for requests without a route`,
          );
        }
      }
      if (unmatched) parts.push([UNMATCHED, { kind: 'unmatched' }]);
      break;
    case 'service':
      for (const [name, endpoint] of source.host.endpoints) {
        parts.push([name, { kind: 'endpoint', endpoint, service: source.host }]);
      }
      if (source.host.outbox !== null) {
        parts.push([RELAY, { kind: 'relay', outbox: source.host.outbox }]);
      }
      for (const saga of driven(scenario, source.host.name)) {
        parts.push([driverName(saga.name), { kind: 'driver', saga }]);
      }
      for (const [name, projection] of scenario.projections) {
        if (projection.lifecycle !== 'async' || projection.service !== source.host.name) continue;
        parts.push([name, { kind: 'projector', projection }]);
      }
      break;
    case 'database':
      for (const [name, operation] of source.host.operations) {
        parts.push([name, { kind: 'operation', operation, database: source.host }]);
      }
      for (const [name, time] of commits) {
        parts.push([name, { kind: 'commit', time, database: source.host }]);
      }
      break;
    default:
      parts.push(...modulePartsOf(source));
  }
  return parts.sort(([a], [b]) => byCodeUnit(a, b));
}

/** The sagas that a service drives. */
function driven(scenario: Scenario, service: string): readonly Saga[] {
  return [...scenario.sagas.values()].filter(
    ({ orchestration }) => orchestration?.orchestrator === service,
  );
}

/** Whether a gateway is asked for something that no route takes. */
function asksWithoutEffect(gateway: Gateway, incoming: readonly Incoming[]): boolean {
  return incoming.some(({ line }) => routeOf(gateway, line) === null);
}
