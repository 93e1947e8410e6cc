import { invariant } from '../kernel/invariant.js';
import type { Distribution } from '../kernel/distribution.js';
import type { FaultKind } from '../model/faults/kind.js';
import type { ComponentKind, SECTION } from '../contracts/component-kind.js';
import type { Plan, PlanComponent, PlanInstance } from '../contracts/plan/plan.js';
import type { Cache, CacheLevel } from '../contracts/scenario/caching.js';
import type { Database, Operation } from '../contracts/scenario/database.js';
import type { Host } from '../contracts/scenario/host.js';
import type { Broker, Subscriber } from '../contracts/scenario/messaging.js';
import type { Outbox } from '../contracts/scenario/outbox.js';
import type { ScenarioModules } from '../contracts/scenario/modules.js';
import type { QueueConsumer } from '../contracts/scenario/queues.js';
import type { Pool } from '../contracts/scenario/pools.js';
import type { Saga, SagaStep } from '../contracts/scenario/sagas.js';
import type { Gateway } from '../contracts/scenario/scenario.js';
import type { Route } from '../contracts/scenario/routes.js';
import type { Request, Workload } from '../contracts/scenario/workloads.js';
import type { Endpoint, Service } from '../contracts/scenario/services.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import type { EventStore, StorePart } from '../contracts/scenario/event-stores.js';
import type { Projection } from '../contracts/scenario/projections.js';
import type { Incoming } from './incoming.js';
import type { Problems } from './problem.js';

/** A component and its specification in the scenario. */
export type Source =
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'gateway'; readonly host: Gateway }
  | { readonly kind: 'service'; readonly host: Service }
  | { readonly kind: 'database'; readonly host: Database }
  | ModuleSource;

/** Kinds of the components in the sections of ScenarioModules. */
export type ModuleKind = {
  [Kind in ComponentKind]: (typeof SECTION)[Kind] extends keyof ScenarioModules ? Kind : never;
}[ComponentKind];

/** Specification of a component of a module kind in the scenario. */
export type SpecOf<Kind extends ModuleKind> =
  ScenarioModules[(typeof SECTION)[Kind]] extends ReadonlyMap<string, infer Spec> ? Spec : never;

/** A component of a module, with the answers of its kind (`plan/modules`). */
export type ModuleSource<Kind extends ModuleKind = ModuleKind> = {
  [Own in Kind]: { readonly kind: Own; readonly spec: SpecOf<Own> } & ModuleAnswers;
}[Kind];

/** Properties of a component of a module that shared code needs. */
export interface ModuleAnswers {
  /** The server that its instances are; null = it has none. */
  readonly host: Host | null;
  /** Zone of each instance. */
  readonly zones: readonly (string | null)[];
  readonly parts: readonly NamedPart[];
  /** Fields of PlanComponent that its host does not determine. */
  readonly process: Partial<PlanComponent>;
  /** Pool of a caller, null = none; null instead of a function if its clients have no pools. */
  readonly poolOf: ((caller: string) => Pool | null) | null;
  /** Reports options of the bundle of a call to it that have no effect there. */
  readonly checkBundle: (bundle: Bundle, problems: Problems) => void;
  /** Where the key of a call sends it, in words; null = keys do not select nodes. */
  readonly keyedNode: string | null;
  /** It receives messages instead of calls. */
  readonly takesMessages: boolean;
  /** By target kind: special targets of a fault on this component, instead of its instances and links. */
  readonly faultTargets: FaultTargets;
  /** For parts that are processes: whether they run in their callers or on the host. */
  readonly partHome: ((part: string) => 'callers' | 'server') | null;
}

/** Parts, or `holder` = the component itself, which holds messages. */
type FaultTargets = Readonly<
  Partial<
    Record<
      FaultKind['targets'][number],
      (own: LaidComponent, layout: Layout) => readonly LaidPart[] | 'holder'
    >
  >
>;

export type NamedPart = readonly [name: string, source: PartSource];

export type PartSource =
  | { readonly kind: 'request'; readonly request: Request; readonly workload: Workload }
  | { readonly kind: 'route'; readonly route: Route; readonly gateway: Gateway }
  /** Response 404 of a gateway to a request without a matching route. */
  | { readonly kind: 'unmatched' }
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint; readonly service: Service }
  | { readonly kind: 'operation'; readonly operation: Operation; readonly database: Database }
  /** Commit of a transaction, with its duration. */
  | { readonly kind: 'commit'; readonly time: Distribution; readonly database: Database }
  | ModulePart;

/** Parts of modules, of their own components or in a service. */
export type ModulePart =
  | { readonly kind: 'group'; readonly subscriber: Subscriber }
  /** Work of a node for a request of a producer. */
  | { readonly kind: 'produce'; readonly host: Broker }
  /** Publisher of the rows of an outbox. */
  | { readonly kind: 'relay'; readonly outbox: Outbox }
  | { readonly kind: 'consumer'; readonly consumer: QueueConsumer }
  | { readonly kind: 'level'; readonly level: CacheLevel; readonly cache: Cache }
  | { readonly kind: 'step'; readonly step: SagaStep }
  /** The program of an orchestrator for a saga. */
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
  /** What levels of instances compare. */
  readonly localities: Pick<Plan, 'zones' | 'regions' | 'labels'>;
  /** By gateway: the calls that reach it. */
  readonly incoming: ReadonlyMap<string, readonly Incoming[]>;
}

/** Name of the part of a gateway for requests without a matching route. */
export const UNMATCHED = 'unmatched';

/** Finds a part of a component by name. The loader guarantees that it exists. */
export function partOf(component: LaidComponent, name: string): LaidPart {
  const part = component.parts.find((candidate) => candidate.name === name);
  invariant(part !== undefined, 'part-unknown');
  return part!;
}

/** Host of a component; null if it has no server, such as a workload. */
export function hostOf(component: LaidComponent): Host | null {
  return 'host' in component.source ? component.source.host : null;
}

/** Whether a component belongs to a module. */
export function isModule(source: Source): source is ModuleSource {
  return 'parts' in source;
}

/** Whether a part belongs to a module. */
export function isOfModule(source: PartSource): source is ModulePart {
  return !CORE_PARTS.has(source.kind);
}

const CORE_PARTS: ReadonlySet<string> = new Set([
  'request',
  'route',
  'unmatched',
  'endpoint',
  'operation',
  'commit',
] satisfies Exclude<PartSource['kind'], ModulePart['kind']>[]);

/** Whether the clients of a component have connection pools that the component configures. */
export function hasPools({ source }: LaidComponent): boolean {
  return isModule(source) ? source.poolOf !== null : source.kind === 'database';
}
