import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';
import { remarksOn, scenario } from './lint-text.js';

/** Nodes of a database that do not see each other for a minute. */
const split = (replicas: string): string =>
  scenario(
    [
      'databases:',
      '  db:',
      '    kind: mysql',
      `    replicas: { count: 2, ${replicas} }`,
      '    failover: { detect: 5s, promote: 1s, fencing: false }',
      '    operations: { insert: { work: 1ms, write: true } }',
      'services: { shop: { replicas: 4, endpoints: { buy: [ { query: db.insert, policy: { timeout: 1s } } ] } } }',
      'workloads: { users: { arrivals: poisson(50/s), requests: [ { call: shop.buy } ] } }',
      'faults: [ { id: split, kind: splitBrain, target: db, at: 30s, for: 60s } ]',
      'budgets: [ db.lostCommits == 0 ]',
    ],
    '{ duration: 120s, replications: 1 }',
  );

const told = (replicas: string): readonly (readonly string[])[] =>
  remarksOn(split(replicas), 'primary-not-fenced').map(({ message, measured }) => [
    message,
    measured,
  ]);
const lost = (replicas: string): number => run(split(replicas)).variant().budgets[0].value!;

describe('primary-not-fenced', () => {
  it('knows that a primary confirms alone once it has waited for a replica in vain', () => {
    const rivals = 'db has two primaries when its nodes do not see each other';
    expect(told('mode: async')).toEqual([[rivals, 'fencing: false, mode: async']]);
    // The default of mysql: rpl_semi_sync_source_timeout.
    expect(told('mode: semiSync')).toEqual([
      [
        `${rivals}, and after 10 s the old one confirms alone`,
        'fencing: false, mode: semiSync, semiSyncTimeout: 10s',
      ],
    ]);
    expect(told('mode: semiSync, semiSyncTimeout: none')).toEqual([]);
    expect(lost('mode: semiSync')).toBeGreaterThan(1000);
    expect(lost('mode: semiSync, semiSyncTimeout: none')).toBe(0);
  });

  it('does not recommend moving from one lossy mode to another', () => {
    const [{ hint, fixExample }] = remarksOn(split('mode: async'), 'primary-not-fenced');
    expect(hint).toContain('without a semiSyncTimeout');
    expect(fixExample).toContain('fencing: true');
  });
});
