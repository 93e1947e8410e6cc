import { describe, expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import { brief, load } from './support.js';

const RIGHT = `faultline: 1
title: Accounts
run: { duration: 60s }
keys: { account: uniform(count=10) }
services:
  accounts:
    endpoints:
      transfer: [ load: ledger, append: { store: ledger, events: 2 }, publish: { topic: events, key: account } ]
      balance: [ query: { database: views, operation: select, of: balances } ]
  projector: { endpoints: { ping: [ work: 1ms ] } }
eventStores:
  ledger: { stream: { key: account } }
topics: { events: { kind: kafka }, news: { kind: bus } }
databases: { views: { operations: { select: 1ms, upsert: 1ms } } }
projections:
  balances: { from: ledger, service: projector, writes: views.upsert }
  moves: { from: events }
workloads:
  users: { arrivals: poisson(1/s), requests: [ { name: transfer, call: accounts.transfer }, { name: balance, call: accounts.balance } ] }
budgets:
  - ledger.conflicts < 1%
  - balances.staleness.p99 < 1s
`;

const BAD: readonly (readonly [
  title: string,
  from: string,
  to: string,
  code: string,
  says: string,
  suggestion?: string,
])[] = [
  [
    'a backlog that no group reads, and a view that is never rebuilt',
    'events: { kind: kafka }',
    'events: { kind: kafka, backlog: 5 }',
    'FL208',
    'no group reads the backlog',
  ],
  ['an unknown store', 'load: ledger', 'load: leger', 'FL404', 'no event store leger', 'ledger'],
  [
    'an append to a database',
    'store: ledger',
    'store: views',
    'FL405',
    'views is a database, not an event store',
  ],
  [
    'a call of a store',
    'call: accounts.balance',
    'call: ledger',
    'FL405',
    'write load: ledger or append: ledger',
  ],
  [
    'a call of a projection',
    'call: accounts.balance',
    'call: balances',
    'FL405',
    'and of: balances',
  ],
  [
    'a flush of a store that keeps no snapshots',
    'budgets:',
    'faults: [ { id: release, kind: flush, target: ledger, at: 1s } ]\nbudgets:',
    'FL410',
    'ledger has no snapshots',
  ],
  [
    'a flush of a part of a store',
    'budgets:',
    'faults: [ { id: release, kind: flush, target: ledger.read, at: 1s } ]\nbudgets:',
    'FL405',
    'flush cannot target ledger.read',
  ],
  [
    'claims of a projector that is alone',
    'from: events',
    'from: events, claimTimeout: 7s',
    'FL208',
    'write service too',
  ],
  ['a key nobody declared', 'key: account', 'key: acount', 'FL404', 'no key acount', 'account'],
  [
    'a projection of nothing',
    'from: ledger',
    'from: legder',
    'FL404',
    'no component legder',
    'ledger',
  ],
  [
    'a projection of a service',
    'from: ledger',
    'from: accounts',
    'FL405',
    'a projection follows an event store or a topic of kind kafka; accounts is a service',
  ],
  [
    'a projection in a database',
    'service: projector',
    'service: views',
    'FL405',
    'inside the instances of a service',
  ],
  [
    'a projection called like an endpoint',
    'ping: [',
    'balances: [',
    'FL402',
    'has an endpoint called balances too',
  ],
  [
    'writes to nowhere',
    'writes: views.upsert',
    'writes: views.insert',
    'FL404',
    'views has no operation insert',
    'upsert',
  ],
  [
    'a projection from a bus',
    'from: ledger',
    'from: news',
    'FL405',
    'news is a topic of kind bus, which has no log to follow',
  ],
  [
    'a read of a topic without its key',
    'from: ledger',
    'from: events',
    'FL203',
    'follows the topic events: write the key with which its messages are published',
  ],
  [
    'an inline projection of a topic',
    'from: ledger',
    'from: events, lifecycle: inline',
    'FL208',
    'it has no appends to run in',
  ],
  [
    'a read that would load a topic',
    'of: balances ',
    'of: moves, key: account, consistency: stickyPrimary(1s) ',
    'FL208',
    'moves follows the topic events: use eventual or waitForVersion',
  ],
  [
    'a merge of what a topic has',
    'of: balances ',
    'of: moves, key: account, consistency: clientMerge ',
    'FL208',
    'clientMerge needs events that the client appended to a store, and',
  ],
  [
    'a read by another key than that of the messages',
    'of: balances ',
    'of: moves, key: request ',
    'FL208',
    'moves is read by request, but messages of events are published with the key account',
  ],
  [
    'a read of what is no projection',
    'of: balances',
    'of: ledger',
    'FL405',
    'ledger is an event store, not a projection',
  ],
  [
    'a consistency of no view',
    'of: balances',
    'consistency: eventual',
    'FL208',
    'consistency applies to the view of a projection',
  ],
  [
    'an unknown consistency',
    'of: balances',
    'of: balances, consistency: strong',
    'FL205',
    'expected eventual, monotonic, clientMerge, waitForVersion(200ms)',
  ],
  [
    'a consistency with a word too much',
    'of: balances',
    'of: balances, consistency: "stickyPrimary(5s, primary)"',
    'FL205',
    'expected eventual, monotonic, clientMerge, waitForVersion(200ms)',
  ],
  [
    'retries of what never runs again',
    'events: 2',
    'expectedVersion: any, maxConflictRetries: 2',
    'FL208',
    'maxConflictRetries has no effect with expectedVersion',
  ],
  [
    'a rebuild of what is inline',
    'service: projector',
    'lifecycle: inline, rebuild: { at: 1s, rate: 9/s }',
    'FL208',
    'use lifecycle: async',
  ],
  ['tags of a store', 'stream: {', 'tags: [ money ], stream: {', 'FL201', 'unknown key tags'],
  [
    'a metric of another component',
    'ledger.conflicts',
    'views.conflicts',
    'FL502',
    'a database has no metric conflicts',
  ],
  [
    'a statistic that is missing',
    'staleness.p99',
    'staleness',
    'FL502',
    'staleness needs a statistic',
  ],
];

describe('a scenario of event stores with one mistake', () => {
  it('is right without it', () => {
    expect(load(RIGHT).problems).toEqual([]);
  });

  const cases = BAD.map(([title, from, to, code, says, suggestion]) => {
    return { title, from, to, code, says, suggestion };
  });

  it.each(cases)('is refused for $title', ({ from, to, code, says, suggestion }) => {
    expect(RIGHT).toContain(from);
    const { file, problems } = load(RIGHT.replace(from, () => to));
    expect(file).toBeNull();
    const found = problems.filter((p) => p.code === code && p.message.includes(says));
    expect(found, problems.map((p) => `${brief(p)} ${p.message}`).join('\n')).toHaveLength(1);
    if (suggestion !== undefined) expect(found[0]!.suggestion).toBe(suggestion);
  });

  it('is refused where an exact version was never loaded', () => {
    const text = RIGHT.replace(
      'load: ledger, append: { store: ledger, events: 2 }',
      () => 'append: { store: ledger, expectedVersion: exact }',
    );
    const { file } = load(text);
    const variant = file!.variants[0]!;
    expect(() => compile(variant, file!)).toThrow(/FL710 .*there is none/);
    const past = RIGHT.replace(
      'load: ledger, append: { store: ledger, events: 2 }',
      () =>
        'load: { store: ledger, version: 7 }, append: { store: ledger, expectedVersion: exact }',
    );
    const other = load(past).file!;
    expect(() => compile(other.variants[0]!, other)).toThrow(/FL710 .*there is none/);
  });
});
