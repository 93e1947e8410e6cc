const example = (kind: string, more = ''): string => `faultline: 1
title: Transfers of an event-sourced account
run: { duration: 30s }
keys: { account: zipf(count=1000 exponent=0.99) }
services:
  accounts:
    endpoints:
      transfer: [ load: ledger, work: 1ms, append: ledger ]
      balance: [ query: { database: views, operation: select, of: balances } ]
eventStores:
  ledger: { kind: ${kind}, stream: { key: account, initialLength: 250 }, read: 1ms, apply: 20us, append: 2ms${more} }
databases: { views: { operations: { select: 1ms, upsert: { work: 1ms, write: true } } } }
projections: { balances: { from: ledger, work: 2ms, writes: views.upsert } }
workloads:
  customers:
    arrivals: poisson(50/s)
    requests: [ { call: accounts.transfer, weight: 30 }, { call: accounts.balance, weight: 70 } ]
`;

/** Reference of event stores by kind: description, sources and example. */
export const STORE_REFERENCE = [
  {
    kind: 'simple',
    component: 'eventStore',
    summary:
      'A store of event streams without the rules of a product: an append is atomic, and a repeated one is ' +
      'recognised. It is refused with 409 when the version of the stream is not the one that was loaded.',
    sources: ['Young, CQRS Documents (2010)'],
    example: example('simple', ', snapshots: { every: 100, read: 1ms, write: 2ms }'),
  },
  {
    kind: 'eventStoreDb',
    component: 'eventStore',
    summary:
      'EventStoreDB: supports the expected versions `any` and `noStream`. Appends are idempotent by the ' +
      'identifiers of their events.',
    sources: [
      'EventStore/EventStore src/EventStore.Core/Data/ExpectedVersion.cs',
      'EventStore/EventStore docs/http-api/introduction.md',
    ],
    example: example('eventStoreDb', ', commitLatency: 1ms'),
  },
  {
    kind: 'marten',
    component: 'eventStore',
    summary:
      'Marten on PostgreSQL: an append that is repeated after an unknown outcome conflicts with its own ' +
      'events if it expects a version; otherwise its events are written twice. Async projections run in ' +
      'one instance, which holds a lock. They wait up to `staleAfter` at a gap: a reserved position in the ' +
      'global order that has no event.',
    sources: [
      'JasperFx/marten docs/events/appending.md',
      'JasperFx/marten docs/configuration/retries.md',
      'JasperFx/marten docs/events/projections/index.md, async-daemon.md',
      'JasperFx/marten HighWaterDetector.cs, HighWaterAgent.cs, ProjectionCoordinator.cs',
    ],
    example: example('marten', ', pool: { maxOpen: 20 }'),
  },
  {
    kind: 'axon',
    component: 'eventStore',
    summary:
      'Axon on JPA: reads 100 events at a time, until a read returns fewer. Event identifiers are unique. ' +
      'Projections run in 16 segments. When the instance that claimed a segment dies, another one takes it ' +
      'over after 10 s, at its next check.',
    sources: [
      'AxonFramework/AxonFramework docs/reference-guide/modules/tuning/pages/snapshotting.adoc',
      'AxonFramework/AxonFramework PooledStreamingEventProcessorConfiguration.java, JpaTokenStore.java',
    ],
    example: example('axon', ', snapshots: { every: 100, read: 1ms, write: 2ms }'),
  },
] as const;
