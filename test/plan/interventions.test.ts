import { describe, expect, it } from 'vitest';
import { heldAt, risesOf } from '../../src/plan/interventions/held-load.js';
import { INTERVENTIONS, suggested } from '../../src/plan/interventions/index.js';
import type { Intervention } from '../../src/plan/interventions/kind.js';
import { loadPaused } from '../../src/plan/interventions/pause.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import type { Arrivals } from '../../src/contracts/scenario/arrivals.js';
import { runPlan } from '../support/built.js';
import { sourceOf } from '../support/proofs.js';
import type { Ran } from '../theory/program.js';
import { run } from '../theory/program.js';

const S = 1e9;

/** Mails beside the case: an intervention must leave every one of them as it is. */
const text = (services: string, users: string, more = ''): string => `
faultline: 1
title: Interventions
run: { duration: 10s, warmup: 0s, drain: 5s, seed: 5 }
services:
${services}
  mail: { concurrency: 8, endpoints: { send: [ wait: exponential(40ms), { fail: 500, probability: 10% } ] } }
workloads:
  robots: { arrivals: poisson(30/s), requests: [ { call: mail.send } ] }
  users: ${users}
${more}`;

const TEN = '{ arrivals: constant(10/s), requests: [ { call: shop.buy } ] }';

function interventionsOf(ran: Ran): readonly Intervention[] {
  return INTERVENTIONS.flatMap((kind) => kind.of(ran.plans[0]!));
}

/** The run with the intervention of these words; mails have the same course in it. */
function changed(ran: Ran, words: string): { plan: Plan; record: RunRecord } {
  const all = interventionsOf(ran);
  const own = all.find((one) => one.words === words);
  if (own === undefined) throw new Error(`none of ${all.map((one) => one.words).join('; ')}`);
  const plan = own.apply(sourceOf(ran));
  return checked(ran, plan);
}

function checked(ran: Ran, plan: Plan): { plan: Plan; record: RunRecord } {
  const record = runPlan(plan, 0);
  const mails = (it: RunRecord): unknown => {
    const part = plan.parts.findIndex(({ name }) => name === 'send');
    const { outcomes, successLatency } = it.parts[part]!;
    return { outcomes: [...outcomes], successLatency };
  };
  expect(mails(record)).toEqual(mails(ran.records[0]![0]!));
  return { plan, record };
}

/** Requests of users: that succeed, and that fail. */
function users({ plan, record }: { plan: Plan; record: RunRecord }): readonly [number, number] {
  const component = plan.components.findIndex(({ name }) => name === 'users');
  const part = plan.parts.findIndex((one) => one.component === component);
  const { outcomes } = record.parts[part]!;
  let all = 0;
  let ok = 0;
  outcomes.forEach((count, k) => {
    all += count;
    if (k % 18 === 0) ok += count;
  });
  return [ok, all - ok];
}

const usual = (ran: Ran): readonly [number, number] =>
  users({ plan: ran.plans[0]!, record: ran.records[0]![0]! });

/** Attempts from users to the shop, or from the shop to the bank. */
function attempts({ plan, record }: { plan: Plan; record: RunRecord }, to: string): number {
  const stat = plan.statEdges.findIndex((edge) => plan.parts[edge.to]!.name === to);
  return record.edges[stat]!.attempts.reduce((sum, count) => sum + count, 0);
}

describe('a planned rise of the load', () => {
  const stages: Arrivals = {
    kind: 'stages',
    start: 100,
    process: 'poisson',
    stages: [
      { durationNs: 20 * S, target: 100 },
      { durationNs: 10 * S, target: 300 },
      { durationNs: 0, target: 400 },
      { durationNs: 10 * S, target: 50 },
      { durationNs: 10 * S, target: 100 },
    ],
  };

  it('goes on while every stage is higher, and the load before it is what it is held at', () => {
    expect(risesOf(stages)).toEqual([
      { atNs: 20 * S, from: 100, to: 400 },
      { atNs: 40 * S, from: 50, to: 100 },
    ]);
    const [rise] = risesOf(stages);
    // From 400 to 50 in 10 s: at 100 after 300/350 of it.
    expect(heldAt(stages, rise!)).toEqual({
      ...stages,
      stages: [
        { durationNs: 20 * S, target: 100 },
        { durationNs: 10 * S, target: 100 },
        { durationNs: 0, target: 100 },
        { durationNs: 10 * S - 1428571429, target: 100 },
        { durationNs: 1428571429, target: 50 },
        { durationNs: 10 * S, target: 100 },
      ],
    });
  });

  it('is that of bursts, waves and users too, and no rise is a start from nothing', () => {
    const burst = {
      kind: 'burst',
      base: 10,
      peak: 50,
      everyNs: S,
      forNs: S / 2,
      process: 'poisson',
    } as const;
    expect(heldAt(burst, risesOf(burst)[0]!)).toEqual({ ...burst, peak: 10 });
    const wave = {
      kind: 'sinusoid',
      mean: 10,
      amplitude: 5,
      periodNs: S,
      process: 'poisson',
    } as const;
    expect(heldAt(wave, risesOf(wave)[0]!)).toEqual({ ...wave, amplitude: 0 });
    expect(risesOf({ ...stages, start: 0, stages: [{ durationNs: S, target: 9 }] })).toEqual([]);
    expect(risesOf({ kind: 'poisson', rate: 5 })).toEqual([]);
  });

  it('does not happen in the run', () => {
    const ran = run(
      text(
        '  shop: { endpoints: { buy: [ wait: 10ms ] } }',
        '{ arrivals: { kind: stages, start: 10/s, process: constant, stages: [ { duration: 5s, target: 10/s }, { duration: 0s, target: 40/s } ] }, requests: [ { call: shop.buy } ] }',
      ),
    );
    // 50 + 200 arrivals, of which the last one is due at the end of the run.
    expect(usual(ran)).toEqual([249, 0]);
    expect(users(changed(ran, 'with users held at 10/s from 5 s on'))).toEqual([99, 0]);
    expect(users(changed(ran, 'with half the load of users'))).toEqual([124, 0]);
  });

  it('is not that of a fault: a pause of the load keeps the gap in which it begins', () => {
    const ran = run(text('  shop: { endpoints: { buy: [ wait: 10ms ] } }', TEN));
    // 0.1 to 4.0 s; then half a gap before the pause and half a gap after it, so 6.12 to 9.92 s.
    const plan = loadPaused(ran.plans[0]!, 4.05 * S, 2.02 * S)!;
    const record = runPlan(plan, 0);
    expect(users({ plan, record })).toEqual([40 + 39, 0]);
  });
});

describe('the retries of a pair of components', () => {
  const RETRIED = text(
    `  shop: { outbound: { bank: { retry: { attempts: 3, on: [any] } } }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 1ms, { fail: 500 } ] } }`,
    TEN,
  );

  it('are taken away, and other calls keep theirs', () => {
    const ran = run(RETRIED);
    const own = { plan: ran.plans[0]!, record: ran.records[0]![0]! };
    const [ok, failed] = usual(ran);
    expect([ok, attempts(own, 'pay')]).toEqual([0, 3 * failed]);
    const bare = changed(ran, 'without the retries of shop to bank');
    expect(attempts(bare, 'pay')).toBe(failed);
  });

  it('can end in the middle of the run', () => {
    const ran = run(RETRIED);
    const [own] = interventionsOf(ran).filter(({ kind }) => kind === 'retries');
    const cut = checked(ran, own!.applyFrom!(sourceOf(ran), 5.05 * S)!);
    const [, failed] = usual(ran);
    const early = attempts(cut, 'pay') - failed;
    // Two more attempts of each of the requests in the first 5 s.
    expect(early).toBe(2 * 50);
  });
});

describe('other interventions', () => {
  it('take hedges away', () => {
    const ran = run(
      text(
        `  shop: { outbound: { bank: { hedge: { after: 10ms } } }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: { idempotent: true, steps: [ wait: 50ms ] } } }`,
        TEN,
      ),
    );
    const [ok] = usual(ran);
    expect(attempts({ plan: ran.plans[0]!, record: ran.records[0]![0]! }, 'pay')).toBe(2 * ok);
    expect(attempts(changed(ran, 'without the hedges of shop to bank'), 'pay')).toBe(ok);
  });

  it('double workers, cores and connections', () => {
    // One worker and no queue, 10/s of 150 ms: every second request is refused.
    const workers = run(
      text(
        '  shop: { concurrency: 1, queue: { capacity: 0 }, endpoints: { buy: [ wait: 150ms ] } }',
        TEN,
      ),
    );
    const [ok, failed] = usual(workers);
    expect(Math.abs(ok - failed)).toBeLessThanOrEqual(1);
    expect(users(changed(workers, 'with 2x the workers of shop'))).toEqual([ok + failed, 0]);
    // 200 ms of CPU at 10/s on one core, and patience of 1 s.
    const cores = run(
      text(
        '  shop: { cpu: 1, endpoints: { buy: [ work: 150ms ] } }',
        '{ arrivals: constant(10/s), patience: 1s, requests: [ { call: shop.buy } ] }',
      ),
    );
    expect(usual(cores)[1]).toBeGreaterThan(20);
    expect(users(changed(cores, 'with 2x the cores of shop'))[1]).toBe(0);
    const pool = run(
      text(
        '  shop: { endpoints: { buy: [ query: db.read ] } }',
        TEN,
        'databases: { db: { cpu: 8, pool: { maxOpen: 1, acquireTimeout: 10ms }, operations: { read: { wait: 150ms } } } }',
      ),
    );
    expect(usual(pool)[1]).toBeGreaterThan(40);
    expect(users(changed(pool, 'with 2x the connections to db'))[1]).toBe(0);
  });

  it('take garbage collections, waits for locks, limits and errors away', () => {
    const cases: readonly (readonly [words: string, services: string, more?: string])[] = [
      [
        'without the garbage collections of shop',
        '  shop: { runtime: { kind: threads, gc: { every: 1s, pause: 1s } }, concurrency: 1, cpu: 1, queue: { capacity: 0 }, endpoints: { buy: [ work: 10ms ] } }',
      ],
      [
        'without waits for the locks of shop',
        '  shop: { endpoints: { buy: [ { lock: { on: account, acquireTimeout: 10ms, steps: [ wait: 150ms ] } } ] } }',
        'keys: { account: uniform(1) }',
      ],
      [
        'without the limits of shop',
        '  shop: { middleware: [ { rateLimit: { rate: 5/s, burst: 1 } } ], endpoints: { buy: [ wait: 10ms ] } }',
      ],
      [
        'without the limits on calls of shop to bank',
        '  shop: { outbound: { bank: { bulkhead: { maxConcurrent: 1 } } }, endpoints: { buy: [ call: bank.pay ] } }\n  bank: { endpoints: { pay: [ wait: 150ms ] } }',
      ],
      [
        'without the errors of shop itself',
        '  shop: { endpoints: { buy: [ { fail: 503, probability: 40% }, wait: 10ms ] } }',
      ],
    ];
    for (const [words, services, more] of cases) {
      const ran = run(text(services, TEN, more));
      const [ok, failed] = usual(ran);
      expect([words, failed > 20]).toEqual([words, true]);
      expect([words, ...users(changed(ran, words))]).toEqual([words, ok + failed, 0]);
    }
  });

  it('begin with collections whose pauses are as long as the slowest requests, though without a fault nothing degrades', () => {
    const worth = (pause: string): readonly string[] => {
      const services = `  shop: { runtime: { kind: threads, gc: { every: 4s, pause: ${pause} } }, concurrency: 4, queue: { capacity: 100 }, endpoints: { buy: [ wait: 20ms ] } }`;
      const ran = run(text(services, TEN));
      return suggested(ran.plans[0]!, ran.result.variants[0]!).map(({ kind }) => kind);
    };
    expect(worth('800ms')[0]).toBe('collections');
    expect(worth('2ms')[0]).not.toBe('collections');
  });

  it('have more cores before more workers where workers wait for them', () => {
    const services = `  shop: { concurrency: 4, cpu: 1, endpoints: { buy: [ work: 20ms ] } }`;
    const users = TEN.replace('requests', 'patience: 500ms, requests');
    const fault = 'faults: [ { id: slow, kind: slow, target: shop, factor: 20, at: 3s, for: 4s } ]';
    const ran = run(text(services, users, fault));
    const found = suggested(ran.plans[0]!, ran.result.variants[0]!);
    const more = found.filter(({ kind, subject }) => kind === 'capacity' && subject === 'shop');
    expect(more.map(({ resource }) => resource)).toEqual(['cores', 'workers']);
  });

  it('take timeouts, short queues and narrow links away', () => {
    const burst =
      '{ arrivals: { kind: stages, start: 1000/s, process: constant, stages: [ { duration: 5ms, target: 1000/s }, { duration: 0s, target: 0/s } ] }, requests: [ { call: shop.buy } ] }';
    const cases: readonly (readonly [
      words: string,
      services: string,
      load: string,
      more?: string,
    ])[] = [
      [
        'without the timeout of shop to bank',
        '  shop: { outbound: { bank: { timeout: 50ms } }, endpoints: { buy: [ call: bank.pay ] } }\n  bank: { endpoints: { pay: [ wait: 60ms ] } }',
        TEN,
      ],
      [
        'with 2x the places in the queue of shop',
        '  shop: { concurrency: 1, queue: { capacity: 2 }, endpoints: { buy: [ wait: 10ms ] } }',
        burst,
      ],
      [
        'with 2x the bandwidth of calls to bank',
        '  shop: { outbound: { bank: { timeout: 150ms } }, endpoints: { buy: [ call: bank.pay ] } }\n  bank: { endpoints: { pay: { requestSize: 100KB, steps: [ wait: 1ms ] } } }',
        TEN,
        'network: { links: [ { between: [shop, bank], bandwidth: 0.6MB/s } ] }',
      ],
    ];
    for (const [words, services, load, more] of cases) {
      const ran = run(text(services, load, more));
      const [ok, failed] = usual(ran);
      expect([words, failed > 0]).toEqual([words, true]);
      expect([words, ...users(changed(ran, words))]).toEqual([words, ok + failed, 0]);
    }
  });

  it('take breakers, fallbacks and outlier detection away', () => {
    const flaky = (policy: string): Ran =>
      run(
        text(
          `  shop: { outbound: { bank: ${policy} }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { replicas: 2, endpoints: { pay: [ wait: 10ms, { fail: 500, probability: 40% } ] } }`,
          TEN,
        ),
      );
    const broken = flaky(
      '{ circuitBreaker: { kind: simple, failureThreshold: 2, openDuration: 2s } }',
    );
    const [ok] = users(changed(broken, 'without the breaker of shop to bank'));
    expect(ok).toBeGreaterThan(1.3 * usual(broken)[0]);
    const helped = flaky('{ fallback: { degraded: false } }');
    expect(usual(helped)[1]).toBe(0);
    expect(users(changed(helped, 'without the fallback of shop to bank'))[1]).toBeGreaterThan(20);
    const { plan } = changed(
      flaky('{ outlierDetection: { maxEjectionPercent: 50% } }'),
      'without the outlier detection of shop to bank',
    );
    expect(plan.edges.every(({ outlierDetection }) => outlierDetection === null)).toBe(true);
  });

  it('start an autoscaled component with all its instances', () => {
    const ran = run(
      text(
        '  shop: { replicas: 1, concurrency: 1, queue: { capacity: 0 }, endpoints: { buy: [ wait: 250ms ] }, lifecycle: { startup: 5s }, autoscaling: { metric: concurrency, target: 1, min: 1, max: 4 } }',
        '{ arrivals: constant(10/s), requests: [ { call: shop.buy } ] }',
      ),
    );
    expect(usual(ran)[1]).toBeGreaterThan(40);
    expect(users(changed(ran, 'with all 4 instances of shop from the start'))[1]).toBe(0);
  });

  it('keep as few instances as the largest load needs, and more of them only where these avert too little', () => {
    // An instance serves 40/s. At first 20/s come, then 230/s, and each new instance takes 20 s to start.
    const ran = run(
      text(
        '  shop: { replicas: 2, concurrency: 4, queue: { capacity: 8 }, endpoints: { buy: [ wait: 100ms ] }, lifecycle: { startup: 20s }, autoscaling: { metric: concurrency, target: 3, min: 2, max: 12 } }',
        '{ arrivals: { kind: stages, start: 20/s, stages: [ { duration: 20s, target: 20/s }, { duration: 1s, target: 230/s }, { duration: 39s, target: 230/s } ] }, requests: [ { call: shop.buy } ] }',
      ).replace(/duration: \d+s/, 'duration: 60s'),
    );
    const all = suggested(ran.plans[0]!, ran.variant());
    const own = all.find(({ kind }) => kind === 'scaling')!;
    const ladder = [own.words, own.stronger?.words, own.stronger?.stronger?.words];
    expect(ladder).toEqual([
      'with at least 7 of the 12 instances of shop from the start',
      'with at least 9 of the 12 instances of shop from the start',
      'with all 12 instances of shop from the start',
    ]);
    expect(usual(ran)[1]).toBeGreaterThan(2000);
    expect(users(checked(ran, own.apply(sourceOf(ran))))[1]).toBe(0);
  });

  it('start as many instances as the autoscaler allows, where a rollout has places for more', () => {
    const ran = run(
      text(
        '  shop: { replicas: 1, cpu: 2, versions: { v1: {}, v2: {} }, rollout: { kind: rolling, to: v2, at: 2s, maxSurge: 1, maxUnavailable: 0 }, endpoints: { buy: [ wait: 25ms ] }, autoscaling: { metric: cpu, target: 70%, min: 1, max: 4 } }',
        '{ arrivals: constant(10/s), requests: [ { call: shop.buy } ] }',
      ),
    );
    const words = 'with all 4 instances of shop from the start';
    expect(users(changed(ran, words))).toEqual(usual(ran));
  });

  it('let an autoscaler keep the instances that a quiet time does not need', () => {
    // Four are needed at first and at the end; each takes 5 s to start.
    const ran = run(
      text(
        '  shop: { replicas: 4, concurrency: 1, queue: { capacity: 0 }, endpoints: { buy: [ wait: 250ms ] }, lifecycle: { startup: 5s }, autoscaling: { metric: concurrency, target: 0.9, min: 1, max: 4, scaleDown: { stabilization: 0s } } }',
        '{ arrivals: { kind: stages, start: 10/s, stages: [ { duration: 10s, target: 10/s }, { duration: 1s, target: 1/s }, { duration: 30s, target: 1/s }, { duration: 1s, target: 10/s } ] }, requests: [ { call: shop.buy } ] }',
      ).replace(/duration: \d+s/, 'duration: 80s'),
    );
    const before = usual(ran)[1];
    expect(before).toBeGreaterThan(40);
    expect(
      users(changed(ran, 'with an autoscaler of shop that takes no instance away'))[1],
    ).toBeLessThan(before / 2);
  });

  it('keep the entries of a cache, or load each value once at a time', () => {
    const ran = run(
      text(
        '  shop: { runtime: async, endpoints: { buy: [ { cache: { get: goods, onMiss: [ query: db.read ] } } ] } }',
        '{ arrivals: constant(100/s), requests: [ { call: shop.buy } ] }',
        `keys: { good: uniform(1) }
databases: { db: { cpu: 1, maxConnections: 20, pool: { maxOpen: 4, acquireTimeout: 10ms }, operations: { read: { wait: 100ms } } } }
caches: { goods: { keys: good, warm: 100%, levels: [ { name: near, kind: local, ttl: 1s } ] } }`,
      ),
    );
    const all = usual(ran)[0] + usual(ran)[1];
    expect(usual(ran)[1]).toBeGreaterThan(30);
    expect(users(changed(ran, 'with entries of goods that never expire'))).toEqual([all, 0]);
    expect(users(changed(ran, 'with coalescing on goods'))).toEqual([all, 0]);
  });

  it('end the probes of a component', () => {
    // 8 of 10 requests per second are served, so the liveness probe waits longer than its timeout.
    const ran = run(
      text(
        '  shop: { concurrency: 2, queue: { capacity: 50 }, probes: { liveness: { period: 1s, timeout: 50ms, failureThreshold: 1, call: health, usesWorkers: true } }, endpoints: { health: [ wait: 1ms ], buy: [ wait: 250ms ] } }',
        TEN,
      ),
    );
    const bare = changed(ran, 'without the probes of shop');
    expect(usual(ran)[1]).toBeGreaterThan(0);
    expect(users(bare)).toEqual([99, 0]);
  });
});

describe('the suggestion', () => {
  const wordsOf = (ran: Ran): readonly string[] =>
    suggested(ran.plans[0]!, ran.variant()).map(({ words }) => words);

  it('has only the errors of mail where shop is well', () => {
    const calm = run(text('  shop: { endpoints: { buy: [ wait: 10ms ] } }', TEN));
    expect(wordsOf(calm)).toEqual(['without the errors of mail itself']);
  });

  it('begins with the load and the retries where these grow, and has the ceiling that is met', () => {
    const storm = run(
      text(
        `  shop: { outbound: { bank: { timeout: 100ms, retry: { attempts: 4, on: [any] } } }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { concurrency: 2, queue: { capacity: 200 }, endpoints: { pay: [ wait: 50ms ] } }`,
        '{ arrivals: { kind: stages, start: 20/s, stages: [ { duration: 4s, target: 20/s }, { duration: 0s, target: 90/s } ] }, requests: [ { call: shop.buy } ] }',
      ),
    );
    expect(
      wordsOf(storm)
        .filter((words) => !words.includes('mail'))
        .slice(0, 3),
    ).toEqual([
      'with users held at 20/s from 4 s on',
      'without the retries of shop to bank',
      'with 2x the workers of bank',
    ]);
  });
});
