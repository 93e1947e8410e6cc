import { describe, expect, it } from 'vitest';
import { checklistsOf } from '../../src/lint/checklist.js';
import type { Checklist } from '../../src/lint/checklist.js';
import { checklistLines } from '../../src/lint/text.js';
import { compile } from '../../src/plan/compile.js';
import { loadFiles } from '../scenario/support.js';
import { scenario } from './lint-text.js';

function checklists(text: string): readonly Checklist[] {
  const { file, problems, places } = loadFiles({ 's.yaml': text });
  if (file === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  return checklistsOf(
    file,
    file.variants.map((variant) => compile(variant, file)),
    places,
  );
}

/** Point, answer, and how many places of how many have it. */
function brief({ points }: Checklist): unknown[] {
  return points.map(({ point, answer, have, of }) => [point, answer, have, of]);
}

const SHOP = scenario([
  'policies:',
  '  bank: { timeout: 1s, circuitBreaker: {}, retry: { attempts: 3, on: [any], backoff: { kind: exponential, base: 50ms, jitter: full } } }',
  '  fraud: { timeout: 1s, retry: { attempts: 3, on: [any], backoff: { kind: constant, base: 50ms, jitter: full } } }',
  'gateways:',
  '  edge:',
  '    probes: { readiness: {} }',
  '    middleware: [ correlate: {} ]',
  '    routes: [ { name: buy, to: shop.buy } ]',
  'services:',
  '  shop:',
  '    endpoints:',
  '      buy:',
  '        - { call: fraud.check, policy: fraud }',
  '        - { call: bank.charge, policy: bank }',
  '        - { call: stats.count, background: true }',
  '        - { call: mail.confirm, optional: true }',
  '  bank: { external: true, endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] } } }',
  '  fraud: { external: true, endpoints: { check: [ wait: 20ms ] } }',
  '  stats: { endpoints: { count: [ wait: 1ms ] } }',
  '  mail: { endpoints: { confirm: [ wait: 20ms ] } }',
  'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: edge, path: / } ] } }',
  'budgets: [ users.success >= 99% ]',
]);

/** Two services, of which the second one has a database. */
const PAIR = scenario([
  'services:',
  '  shop: { endpoints: { list: [ call: stock.get ] } }',
  '  stock: { endpoints: { get: [ query: db.read ] } }',
  'databases: { db: { operations: { read: 1ms } } }',
  'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.list } ] } }',
]);

describe('the checklist', () => {
  it('counts what a shop has of each point', () => {
    const [checklist] = checklists(SHOP);
    expect(brief(checklist)).toEqual([
      // edge; not shop, stats and mail. bank and fraud belong to others.
      ['health checks', 'partly', 1, 4],
      ['correlation ids', 'yes', 1, 1],
      // bank, not fraud.
      ['breakers on external calls', 'partly', 1, 2],
      ['clear boundaries', 'yes', 3, 3],
      // Both calls are retried; fraud is not idempotent.
      ['idempotent operations', 'partly', 1, 2],
      // stats in the background; the mail is waited for.
      ['async where possible', 'partly', 1, 2],
      // edge, shop, bank, fraud; not mail, of which users see no failure.
      ['monitored dependencies', 'partly', 4, 5],
      ['exponential back-off', 'partly', 1, 2],
    ]);
    const lacking = checklist.points.flatMap((answer) => answer.lacking);
    expect(lacking.map(({ line, path, message }) => `${line} ${path}: ${message}`)).toEqual([
      '13 services.shop: shop has no readiness and no liveness probe',
      '22 services.stats: stats has no readiness and no liveness probe',
      '23 services.mail: mail has no readiness and no liveness probe',
      '16 services.shop.endpoints.buy.steps[0]: shop.buy -> fraud.check has no circuit breaker',
      '6 policies.fraud.retry.on: shop.buy -> fraud.check is retried although fraud.check is not idempotent',
      '19 services.shop.endpoints.buy.steps[3]: shop.buy waits for mail.confirm',
      '23 services.mail: no budget or expectation shows that mail fails',
      '6 policies.fraud.retry: the retries of shop.buy -> fraud.check wait no longer from try to try',
    ]);
  });

  it('shows the points aligned, with the places that lack them', () => {
    expect(checklists(PAIR).map((one) => `${checklistLines(one).join('\n')}\n`)).toEqual([
      `s.yaml: checklist
  health checks               no              0 of 2 services and gateways have a probe
    s.yaml:5:3 services.shop: shop has no readiness and no liveness probe
    s.yaml:6:3 services.stock: stock has no readiness and no liveness probe
  correlation ids             no              0 of 1 entry points add a correlation id
    s.yaml:5:24 services.shop.endpoints.list: shop.list has no middleware \`correlate\`
  breakers on external calls  does not apply  no external calls
  clear boundaries            yes             2 of 2 services have no finding about boundaries
  idempotent operations       does not apply  no retried calls, consumers or saga steps
  async where possible        does not apply  no calls without a needed result
  monitored dependencies      no              0 of 3 components that users wait for have a budget
    s.yaml:5:3 services.shop: no budget or expectation shows that shop fails
    s.yaml:6:3 services.stock: no budget or expectation shows that stock fails
    s.yaml:7:14 databases.db: no budget or expectation shows that db fails
  exponential back-off        does not apply  no retries
`,
    ]);
  });

  it('is shown once for all variants that have the same answers', () => {
    const variants =
      'variants: [ { name: a }, { name: b, set: { run.seed: 2 } }, { name: c, set: { services.shop.probes: { liveness: {} } } } ]\n';
    const found = checklists(PAIR + variants);
    expect(found.map((one) => [one.variants, one.points[0].have])).toEqual([
      [['a', 'b'], 0],
      [['c'], 1],
    ]);
    expect(checklistLines(found[1])[0]).toBe('s.yaml: checklist (variant c)');
  });
});
