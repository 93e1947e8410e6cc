import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lessOf } from '../../scripts/accounts/accounts.mjs';
import { remarksOn } from '../lint/lint-text.js';
import { breakerRows, missingRow } from '../support/breaker-page.js';
import { expectAccount } from './accounts.js';
import { broken, expectNumbers, written } from './page-numbers.js';
import type { RunFile } from './run-file.js';
import { policyKinds } from '../../src/patterns/registry.js';
import { ROOT, runFile, textOf } from './run-file.js';

const STUDIES = readFileSync(join(ROOT, 'docs/studies.md'), 'utf8');

/** Expects the decisive numbers of the study on its page to match the run. */
function expectDecisive(ran: RunFile, file: string): void {
  expectNumbers(ran, STUDIES, file);
}

describe('scenarios/p99-claim.yaml', () => {
  let ran: RunFile;
  beforeAll(() => {
    ran = runFile('scenarios/p99-claim.yaml', { replications: 3 });
  });

  it('holds its budgets, confirms its hypothesis and has its account', () => {
    expect(broken(ran)).toEqual([]);
    expect(ran.result.hypothesis?.verdict).toBe('confirmed');
    expectAccount('scenarios/p99-claim.yaml', ran);
  });

  /** Which parts of the claim hold: p50, p99, p50 and p99 of successes, success, goodput. */
  const PARTS = {
    unguarded: ['pass', 'fail', 'fail', 'fail', 'fail', 'fail'],
    'timeout-only': ['fail', 'pass', 'fail', 'fail', 'fail', 'fail'],
    breaker: ['pass', 'pass', 'pass', 'pass', 'pass', 'pass'],
    'breaker-slow-trip': ['fail', 'fail', 'fail', 'fail', 'fail', 'fail'],
    'partial-outage': ['pass', 'pass', 'pass', 'pass', 'pass', 'pass'],
  } as const;

  it.each(Object.entries(PARTS))('holds the claim in %s in these parts: %j', (name, parts) => {
    const variant = ran.result.variants.find((one) => one.name === name);
    const warnings = variant?.budgets.filter(({ severity }) => severity === 'warning');
    expect(warnings?.map(({ verdict }) => verdict)).toEqual(parts);
  });

  it('puts the timeout of the client, and a queue of as much, into the p99 of the unguarded', () => {
    const p99 = ran.value('visitors.latency.p99 during outage in unguarded');
    expect(p99).toBeGreaterThan(55);
    expect(p99).toBeLessThan(60);
  });

  it('leaves the timeout as the p99 where one of three replicas hangs and no breaker trips', () => {
    expect(ran.value('visitors.latency.p99 during outage in partial-outage')).toBeCloseTo(0.427, 2);
    expect(ran.value('visitors.share.degraded during outage in partial-outage')).toBeCloseTo(1 / 3);
  });
});

describe('scenarios/online-boutique.yaml', () => {
  it('holds its budgets and has its account', () => {
    // The crowd of black-friday shows nothing else than before.
    const path = 'scenarios/online-boutique.yaml';
    const ran = runFile(path, lessOf(path));
    // Two of its eight runs have the values; to decide the rare checkout takes all of them.
    expect(broken(ran).filter((said) => !said.includes(': inconclusive'))).toEqual([]);
    expect(ran.value('users.checkout.success in guarded')).toBeGreaterThan(0.97);
    const p95 = (name: string): number =>
      ran.value(`users.index.latency.p95 before slow-catalog in ${name}`);
    expect(p95('parallel-home')).toBeLessThan(0.9 * p95('as-shipped'));
    expectAccount(path, ran);
  });
});

describe.each([
  'online-boutique-saga',
  'order-saga',
  'shop',
  'event-backlog',
  'cqrs-event-sourcing',
  'cache-stampede',
  'pool-exhaustion',
  'shared-database',
])('scenarios/%s.yaml', (name) => {
  it('holds its budgets and has its account', () => {
    const path = `scenarios/${name}.yaml`;
    const ran = runFile(path, lessOf(path));
    expect(broken(ran)).toEqual([]);
    expectAccount(path, ran);
  });
});

describe('scenarios/retry-metastable.yaml', () => {
  let ran: RunFile;
  beforeAll(() => {
    // No budget speaks of the two variants left out.
    const variants = ['retries', 'no-retries', 'backoff', 'budget', 'short-queue', 'low-load'];
    ran = runFile('scenarios/retry-metastable.yaml', { replications: 2, variants });
  });

  it('has its account', () => {
    expectAccount('scenarios/retry-metastable.yaml', ran);
  });

  it('holds its budgets and confirms its hypothesis', () => {
    expect(broken(ran)).toEqual([]);
    expect(ran.result.hypothesis?.verdict).toBe('confirmed');
  });

  it('stays down with retries and with back-off alone', () => {
    for (const name of ['retries', 'backoff']) {
      expect(ran.value(`users.recovery after slow-backend in ${name}`), name).toBe(Infinity);
    }
  });
});

describe('scenarios/studies/breaker-zoo.yaml', () => {
  let ran: RunFile;
  beforeAll(() => {
    ran = runFile('scenarios/studies/breaker-zoo.yaml');
  });

  it('has its account', () => {
    expectAccount('scenarios/studies/breaker-zoo.yaml', ran);
  });

  it('holds its budgets', () => {
    expect(broken(ran)).toEqual([]);
  });

  it('has the decisive numbers of its page', () => {
    expectDecisive(ran, 'scenarios/studies/breaker-zoo.yaml');
  });

  it('has the numbers of the table on its page, for every variant', () => {
    const rows = breakerRows('study');
    const names = ran.result.variants.map(({ name }) => name);
    expect([...rows.keys()].filter((name) => !names.includes(name))).toEqual([]);
    for (const { name, budgets } of ran.result.variants) {
      const asked = budgets.filter(({ severity }) => severity === 'warning');
      const [half, hang, median, after] = asked.map(({ value }) => Number(value));
      const cells = [...(rows.get(name)?.values() ?? [])].slice(1);
      const found = [half, hang, median, 60 * (1 - after)];
      const message = `${missingRow('study', name)}; in seconds and shares: ${found.join(', ')}`;
      expect(cells, message).toHaveLength(found.length);
      found.forEach((value, k) => {
        const { is, within } = written(cells[k]);
        expect(Math.abs(value - is), `${name}: ${value}`).toBeLessThanOrEqual(within);
      });
    }
  });

  it('has a variant of every kind of breaker, and one without', () => {
    const kinds = policyKinds.filter(({ policy }) => policy === 'circuitBreaker');
    const names = ran.result.variants.map(({ name }) => name);
    const wanted = [...kinds.map(({ kind }) => kind), 'no-breaker'];
    const missing = wanted.filter((name) => !names.includes(name));
    const message =
      'scenarios/studies/breaker-zoo.yaml: add under `variants` ' +
      missing
        .map(
          (kind) =>
            `\`- { name: ${kind}, set: { policies.guard.circuitBreaker: { kind: ${kind} } } }\``,
        )
        .join(', ');
    expect(missing, message).toEqual([]);
    expect(names.filter((name) => !wanted.includes(name))).toEqual([]);
  });
});

describe('scenarios/studies/composition-order.yaml', () => {
  let ran: RunFile;
  beforeAll(() => {
    ran = runFile('scenarios/studies/composition-order.yaml');
  });

  it('has its account', () => {
    expectAccount('scenarios/studies/composition-order.yaml', ran);
  });

  it('holds its budgets', () => {
    expect(broken(ran)).toEqual([]);
  });

  it('has the numbers of docs/studies.md', () => {
    expectDecisive(ran, 'scenarios/studies/composition-order.yaml');
  });

  it('has the spread that the README tells, in its order', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').replace(/\s+/g, ' ');
    const names = ['resilience4j', 'polly', 'breaker-first', 'envoy'];
    const of = (metric: string, factor: number, digits: number): string[] =>
      names.map((name) =>
        (ran.value(`${metric} during brown-out in ${name}`) * factor).toFixed(digits),
      );
    const [r4j, polly, outside, envoy] = of('users.success', 100, 0);
    expect(readme).toContain(
      `${r4j} % (resilience4j's order), ${polly} % (Polly's), ${outside} % (breaker outside retry) and ${envoy} % (Envoy's)`,
    );
    const [a, b, c, d] = of('users.latency.p99', 1, 1);
    expect(readme).toContain(`99 % of them within ${a}, ${b}, ${c} and ${d} s`);
  });
});

describe('scenarios/studies/k6-matrix.yaml', () => {
  let ran: RunFile;
  beforeAll(() => {
    ran = runFile('scenarios/studies/k6-matrix.yaml');
  });

  it('has its account', () => {
    expectAccount('scenarios/studies/k6-matrix.yaml', ran);
  });

  it('holds its budgets', () => {
    expect(broken(ran)).toEqual([]);
  });

  it('has the numbers of docs/studies.md', () => {
    expectDecisive(ran, 'scenarios/studies/k6-matrix.yaml');
  });

  it('makes as many requests as k6 did, and answers as many', () => {
    const requests = new Map(
      ran.result.variants.map(({ name, summary }) => [name, summary.requests / 5]),
    );
    expect(requests.get('unprotected')).toBe(400);
    expect(requests.get('breaker-and-retry')! / 1338).toBeCloseTo(1, 2);
    const answered = ran.value('users.success in breaker-and-retry');
    expect(answered * requests.get('breaker-and-retry')!).toBeCloseTo(54, 6);
  });
});

describe('scenarios/studies/retry-storm.yaml', () => {
  let ran: RunFile;
  beforeAll(() => {
    ran = runFile('scenarios/studies/retry-storm.yaml');
  });

  it('has its account', () => {
    expectAccount('scenarios/studies/retry-storm.yaml', ran);
  });

  it('holds its budgets and confirms its hypothesis', () => {
    expect(broken(ran)).toEqual([]);
    expect(ran.result.hypothesis?.verdict).toBe('confirmed');
  });

  it('has the decisive numbers of its page', () => {
    expectDecisive(ran, 'scenarios/studies/retry-storm.yaml');
  });

  it('asks nine times as much for ever, with jitter as without', () => {
    for (const name of ['storm', 'jitter']) {
      const asked = ran.value(`orders->stock.attempts from 45s to 60s in ${name}`);
      expect(asked / (300 * 9 * 15), name).toBeCloseTo(1, 1);
      expect(ran.value(`users.recovery after slow-stock in ${name}`), name).toBe(Infinity);
    }
  });
});

describe('scenarios/studies/anti-patterns.yaml', () => {
  const file = 'scenarios/studies/anti-patterns.yaml';
  const NAMES = ['chatty-call', 'distributed-monolith', 'god-service', 'shared-database'];

  it('has the four anti-patterns in one variant and none in the other', () => {
    const found = remarksOn(textOf(file)).filter(({ rule }) => NAMES.includes(rule));
    expect(found.map(({ rule }) => rule).sort()).toEqual(NAMES);
    expect(found.map(({ variants }) => variants)).toEqual(NAMES.map(() => ['tangled']));
  });

  it('holds its budgets, confirms its hypothesis, has its account and the decisive numbers of its page', () => {
    const ran = runFile(file);
    expectAccount(file, ran);
    expect(broken(ran)).toEqual([]);
    expect(ran.result.hypothesis?.verdict).toBe('confirmed');
    expectDecisive(ran, file);
  });
});
