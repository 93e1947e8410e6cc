import { describe, expect, it } from 'vitest';
import { INSTANCE_STATE, JOURNAL } from '../../src/contracts/record/record.js';
import { problemsOf, run } from '../theory/program.js';

const world = (fault: string): string => `
faultline: 1
title: Fields of faults
run: { duration: 10s, replications: 1 }
network: { zones: { a: {}, b: {} } }
keys: { account: { kind: uniform, count: 10 } }
services:
  shop: { replicas: 2, zone: [a, b], labels: { tier: front }, autoscaling: { metric: rate, target: 10/s, min: 2, max: 4 }, endpoints: { buy: [ query: db.pay, publish: mails ] } }
  plain: { endpoints: { run: [ wait: 1ms ] } }
databases:
  db: { zone: [a, b], replicas: { count: 1 }, operations: { pay: { work: 1ms, write: true, lock: true, key: account } } }
queues:
  mails: { kind: sqs, maxReceiveCount: 1, deadLetter: dead, consumers: [ { call: plain.run } ] }
  dead: { kind: sqs }
topics:
  log: { kind: kafka, partitions: 1, subscribers: [ { group: billing, call: plain.run } ] }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] }
faults: [ { id: f, at: 1s, ${fault} } ]
`;

/** Why a fault is refused, by the reader or the planner; nothing where it runs. */
function problem(fault: string): string {
  const text = world(fault);
  const found = problemsOf(text);
  if (found !== '') return found;
  try {
    run(text);
    return '';
  } catch (error) {
    return String(error);
  }
}

/** One fault of each kind that is there or is not. */
const SUDDEN: readonly (readonly [kind: string, fault: string])[] = [
  ['hang', 'target: shop, for: 5s'],
  ['pause', 'target: shop, for: 5s'],
  ['crash', 'target: shop, for: 5s'],
  ['partition', 'between: [users, shop], for: 5s'],
  ['splitBrain', 'target: db, for: 5s'],
  ['zoneOutage', 'target: a, for: 5s'],
  ['lockRow', 'target: db.pay, for: 5s'],
  ['flush', 'target: mails'],
  ['redrive', 'target: dead'],
  ['rebalance', 'target: log.billing'],
  ['failover', 'target: db'],
  ['load', 'target: users, herd: { clients: 10 }, for: 5s'],
];

describe('a ramp', () => {
  it.each(SUDDEN)('is refused of %s, which has no strength', (kind, rest) => {
    expect(problem(`kind: ${kind}, ${rest}`)).toBe('');
    expect(problem(`kind: ${kind}, ${rest}, ramp: { up: 1s }`)).toMatch(
      /is either on or off, so .* have no effect: remove ramp/,
    );
  });

  it('that takes no time is refused', () => {
    expect(
      problem('kind: slow, target: shop, factor: 2, for: 5s, ramp: { shape: exponential }'),
    ).toMatch(/a ramp needs a time: write `up`, `down` or both, or remove ramp/);
  });
});

describe('a field that chooses', () => {
  it.each([
    ['zone: a', 'kind: poison, target: mails, for: 5s'],
    ['role: primary', 'kind: duplicate, target: mails, for: 5s'],
    ['labels: { tier: front }', 'kind: poison, target: mails, for: 5s'],
    ['version: v1', 'kind: redrive, target: dead'],
    ['instances: 1', 'kind: rebalance, target: log.billing'],
    ['role: primary', 'kind: lockRow, target: db.pay, for: 5s'],
    ['role: primary', 'kind: latency, target: db, add: 5ms, for: 5s'],
    ['role: replica', 'kind: error, target: db.pay, for: 5s'],
    ['role: replica', 'kind: partition, between: [users, shop], for: 5s'],
    ['labels: { tier: front }', 'kind: load, target: users, factor: 2, for: 5s'],
    ['instances: 1', 'kind: freeze, target: shop, what: autoscaling, for: 5s'],
    ['zone: a', 'kind: zoneOutage, target: b, for: 5s'],
    ['instances: 1', "kind: slow, target: 'shop[0]', factor: 2, for: 5s"],
  ])('is refused where there is nothing to choose among: %s of %s', (field, fault) => {
    expect(problem(fault)).toBe('');
    expect(problem(`${fault}, ${field}`)).toMatch(/selects .*, but .* affects .* here: remove \w+/);
  });

  it('of roles takes nodes of databases alone, also in a zone', () => {
    const { plans, records } = run(world('kind: crash, target: b, role: replica, for: 5s'));
    const downs = records[0]![0]!.journal;
    const names = Array.from(downs.kind.keys())
      .filter((k) => downs.kind[k] === JOURNAL.instance && downs.value[k] === INSTANCE_STATE.down)
      .filter((k) => downs.timeNs[k] === plans[0]!.warmupNs + 1e9)
      .map((k) => plans[0]!.instances[downs.subject[k]!]!)
      .map(({ component }) => plans[0]!.components[component]!.name);
    expect([...new Set(names)]).toEqual(['db']);
  });
});

describe('what a fault needs of its target', () => {
  it.each([
    ['kind: replicaLag, target: shop, lag: 1s, for: 5s', /`shop` has no `replicas`/],
    ['kind: connectionLeak, target: plain, for: 5s', /`plain` calls no database through a pool/],
    [
      'kind: poison, target: mails, restart: 2s, for: 5s',
      /`restart` applies only to `effect: crash`/,
    ],
  ])('%s', (fault, message) => {
    expect(problem(fault)).toMatch(message);
  });

  it('leaves out the others where the fault may hit nothing', () => {
    const both = 'kind: freeze, target: [shop, plain], what: autoscaling, for: 5s';
    expect(problem(both)).toMatch(/`plain` has no `autoscaling`/);
    const { plans } = run(world(`${both}, optional: true`));
    const hit = plans[0]!.faults[0]!.instances.map((id) => plans[0]!.instances[id]!.component);
    expect([...new Set(hit)].map((id) => plans[0]!.components[id]!.name)).toEqual(['shop']);
  });
});
