import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../src/report/formats/junit.js';
import { checkText } from '../../src/report/text/text-compare.js';
import { heldBudgets } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

/** A shop and its database, as `full` and without everything that the budgets are about. */
const { result } = run(`faultline: 1
title: Without
run: { duration: 20s, replications: 1 }
services:
  shop: { concurrency: 4, cpu: 2, memory: { limit: 1GiB, base: 10MiB }, endpoints: { buy: [ { query: db.r } ], ask: [ { call: bank.ask, policy: hop } ] } }
  bank: { endpoints: { ask: [ wait: 1ms ] } }
policies: { hop: { timeout: 1s, circuitBreaker: { kind: simple } } }
databases:
  db: { replicas: { count: 1, lag: 1s }, route: replica, pool: { maxOpen: 5 }, operations: { r: { wait: 1ms }, w: { wait: 1ms, write: true } } }
workloads:
  users: { arrivals: poisson(20/s), requests: [ { call: shop.buy }, { call: shop.ask } ] }
variants:
  - { name: full }
  - name: bare
    remove: [ policies.hop.circuitBreaker ]
    set:
      databases.db.replicas: null
      databases.db.route: null
      services.shop.memory: null
      services.shop.cpu: null
      services.shop.concurrency: null
budgets:
  - db.staleReads <= 1%
  - db.replicaLag < 5s
  - shop.cpu < 90%
  - shop.memory < 90%
  - shop.utilization < 90%
  - shop->bank.breaker.openFor < 1%
  - shop->bank.breaker.openFor < 1% for 90% of steps
  - users.success > 90% from 0s to 20s
  - bank.lockWait.p99 < 1s in full
`);

describe('a budget about something that a variant does not have', () => {
  const [full, bare] = result.variants;

  it('does not apply there, and is judged in the others', () => {
    expect(full!.budgets.slice(0, 8).map(({ verdict, applies }) => [verdict, applies])).toEqual(
      Array.from({ length: 8 }, () => ['pass', undefined]),
    );
    expect(
      bare!.budgets.map(({ value, applies, note }) => (applies === false ? note : value)),
    ).toEqual([
      'does not apply: db has no replicas',
      'does not apply: db has no replicas',
      'does not apply: shop has no limit of cores',
      'does not apply: shop has no limit of memory',
      'does not apply: shop has no limit of workers and cores',
      'does not apply: shop->bank has no breaker',
      'does not apply: shop->bank has no breaker',
      1,
    ]);
    expect(bare!.budgets.every(({ verdict }) => verdict === 'pass')).toBe(true);
  });

  it('is not counted, and is skipped in JUnit', () => {
    expect(heldBudgets(bare!)).toEqual({ held: 1, of: 1, broken: 0 });
    const xml = renderJunit([{ file: 'a.yaml', result }]);
    expect(xml.match(/<skipped message="does not apply: [^"]*"/g)).toHaveLength(8);
    expect(xml).toContain('failures="0"');
  });

  it('is listed with its reason', () => {
    const paint = { bold: String, dim: String, red: String };
    const lines = String(checkText([{ file: 'a.yaml', result }], { paint }));
    expect(lines).toMatch(
      /pass {2}db\.staleReads <= 1% .*; bare does not apply: db has no replicas/,
    );
    expect(lines).toMatch(
      /- {5}bank\.lockWait\.p99 < 1s in full .*does not apply: bank has no lockWait/,
    );
    expect(lines).toContain('no variant breaks a budget');
  });
});
