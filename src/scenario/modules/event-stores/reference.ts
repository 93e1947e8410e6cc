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
      'A store of streams without a product: an append is atomic, known again when it comes twice, and refused ' +
      'with 409 when the stream has another version than the one that was loaded.',
    sources: ['Young, CQRS Documents (2010)'],
    example: example('simple', ', snapshots: { every: 100, read: 1ms, write: 2ms }'),
  },
  {
    kind: 'eventStoreDb',
    component: 'eventStore',
    summary:
      'EventStoreDB: expected versions any and noStream, and appends that are idempotent by the identifiers of ' +
      'their events.',
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
      'Marten on PostgreSQL: an append that is repeated after an unknown outcome meets its own events where a ' +
      'version is expected, and is written twice where none is. Async projections wait up to `staleAfter` for a place ' +
      'in the order of all events that was taken and is empty; they run in one instance, which holds a lock.',
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
      'Axon on JPA: reads of 100 events until one is short, identifiers that are unique, projections in 16 segments, which ' +
      'other instances take over 10 s after the death of the one that had claimed them, when they next look.',
    sources: [
      'AxonFramework/AxonFramework docs/reference-guide/modules/tuning/pages/snapshotting.adoc',
      'AxonFramework/AxonFramework PooledStreamingEventProcessorConfiguration.java, JpaTokenStore.java',
    ],
    example: example('axon', ', snapshots: { every: 100, read: 1ms, write: 2ms }'),
  },
] as const;
