/** Kind of a component. Each kind has its own section in the scenario. */
export type ComponentKind =
  | 'workload'
  | 'gateway'
  | 'service'
  | 'database'
  | 'topic'
  | 'broker'
  | 'queue'
  | 'saga'
  | 'cache'
  | 'eventStore'
  | 'projection'
  | 'registry';

/** Name of the parts of each kind in references and metrics. */
export const PART_KIND = Object.freeze({
  workload: 'request',
  gateway: 'route',
  service: 'endpoint',
  database: 'operation',
  topic: 'group',
  broker: 'operation',
  saga: 'step',
  queue: 'consumer',
  cache: 'level',
  eventStore: 'operation',
  projection: 'batch',
  registry: 'operation',
} as const satisfies Record<ComponentKind, string>);
export type PartKind = (typeof PART_KIND)[ComponentKind];

/** Section of the scenario for each kind. */
export const SECTION = Object.freeze({
  workload: 'workloads',
  gateway: 'gateways',
  service: 'services',
  database: 'databases',
  topic: 'topics',
  broker: 'brokers',
  saga: 'sagas',
  queue: 'queues',
  cache: 'caches',
  eventStore: 'eventStores',
  projection: 'projections',
  registry: 'registries',
} as const satisfies Record<ComponentKind, string>);

/** The kind whose section this is. */
export type KindIn<Section extends string> = {
  readonly [K in ComponentKind]: (typeof SECTION)[K] extends Section ? K : never;
}[ComponentKind];

/** A kind in words: `service`, `event store`. */
export function kindWord(kind: ComponentKind): string {
  return kind === 'eventStore' ? 'event store' : kind;
}

/** The same with its article: `a service`, `an event store`. */
export function kindText(kind: ComponentKind): string {
  return `${kind === 'eventStore' ? 'an' : 'a'} ${kindWord(kind)}`;
}
