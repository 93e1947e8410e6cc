import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerOf } from '../../src/report/words/answer.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import type { Result } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

/** *Why*, *Do* and the lines below them. */
function told(result: Result): {
  readonly why: string;
  readonly act: string;
  readonly also: string;
} {
  const { why, act, also } = answerOf(viewOf(result));
  const text = (words: typeof why): string => (words === null ? '' : plainWords(words));
  return { why: text(why), act: text(act), also: also.map(text).join('\n') };
}

const consumers = (variants: string): Result =>
  run(`
faultline: 1
title: Consumers
run: { duration: 60s, warmup: 5s, replications: 1 }
services:
  shop: { endpoints: { buy: [ publish: jobs ] } }
  worker: { replicas: 4, endpoints: { handle: [ wait: 50ms ] } }
queues:
  jobs: { kind: rabbitmq, consumers: [ { call: worker.handle, concurrency: 4 } ] }
workloads: { users: { arrivals: constant(100/s), requests: [ call: shop.buy ] } }
variants:
${variants}
`).result;

describe('the settings of an answer', () => {
  it('are those of the variant that suffers, where the baseline does not', () => {
    const { why } = told(
      consumers(`  - { name: wide }
  - { name: tight, set: { queues.jobs.consumers: [ { call: worker.handle, concurrency: 1 } ] } }`),
    );
    expect(why).toMatch(
      /^The difference from wide \(proved\): queues\.jobs\.consumers\[0\]\.concurrency: 4 → 1; in wide at most [\d,]+ waits?\.$/,
    );
  });

  it('are not named where a variant with another load suffers', () => {
    const { why } = told(
      consumers(`  - { name: usual }
  - { name: rush, set: { workloads.users.arrivals: constant(900/s) } }`),
    );
    expect(why).not.toContain('(proved)');
  });

  it('are none where nothing ever waits for a consumer, in any variant', () => {
    const { act } = told(
      run(`
faultline: 1
title: A queue without messages
run: { duration: 60s, warmup: 5s, replications: 1 }
services:
  shop: { endpoints: { buy: [ wait: 2ms ], order: [ publish: jobs ] } }
  worker: { endpoints: { handle: [ wait: 5ms ] } }
queues:
  jobs: { kind: rabbitmq, consumers: [ { call: worker.handle, concurrency: 4 } ] }
workloads: { users: { arrivals: constant(100/s), requests: [ call: shop.buy ] } }
faults: [ { id: errors, kind: slow, target: shop, at: 20s, for: 10s, factor: 900 } ]
variants:
  - { name: usual }
  - { name: other, set: { services.worker.replicas: 2 } }
`).result,
    );
    expect(act).not.toContain('falls least behind');
  });

  it('are those of the same platform: with another one it is another system', () => {
    const { act } = told(
      run(`
faultline: 1
title: Restarts
run: { duration: 120s, warmup: 5s, replications: 1 }
platform: { kind: kubernetes }
services:
  shop: { replicas: 2, lifecycle: { startup: 5s }, endpoints: { buy: [ work: 2ms ] } }
workloads: { users: { arrivals: poisson(50/s), requests: [ call: shop.buy ] } }
faults: [ { id: no-settings, kind: crash, target: shop, at: 20s, for: 40s } ]
variants:
  - { name: usual }
  - { name: bare, set: { platform.kind: none } }
  - { name: short, set: { platform.restart: { initial: 1s, max: 10s }, services.shop.replicas: 3 } }
budgets: [ users.recovery <= 12s after no-settings ]
`).result,
    );
    expect(act).toContain('Use short');
    expect(act).not.toContain('bare');
  });

  it('go before a change of the program, where a variant serves users better', () => {
    const { act } = told(
      run(`
faultline: 1
title: A bad version
run: { duration: 90s, warmup: 5s, replications: 1 }
services:
  price:
    replicas: 4
    endpoints: { of: [ work: 2ms ] }
    versions: { v1: {}, v2: { endpoints: { of: [ work: 2ms, { fail: 500, probability: 8% } ] } } }
    rollout: { kind: rolling, to: v2, at: 20s }
workloads: { users: { arrivals: poisson(100/s), requests: [ call: price.of ] } }
variants:
  - { name: rolling }
  - name: canary
    set:
      services.price.rollout:
        kind: canary
        routing: replicas
        to: v2
        at: 20s
        steps: [ { weight: 10% }, { pause: 40s } ]
        analysis: { expect: [ canary.success >= 99% ], interval: 5s }
`).result,
    );
    expect(act).toMatch(/^canary serves users best/);
  });

  it('are all those of the variant that comes closest, in a line where the sentence has no room', () => {
    const { result } = run(`
faultline: 1
title: Closest
run: { duration: 30s, warmup: 2s, replications: 1 }
policies: { calls: { timeout: 2s } }
services:
  shop: { outbound: { default: calls }, concurrency: 64, endpoints: { buy: [ call: bank.pay ] } }
  bank: { concurrency: 8, queue: { capacity: 50 }, endpoints: { pay: [ wait: 20ms ] } }
workloads: { users: { arrivals: poisson(100/s), requests: [ call: shop.buy ] } }
faults: [ { id: hang, kind: hang, target: bank, at: 10s, for: 10s } ]
variants:
  - { name: plain }
  - name: guarded
    set:
      policies.calls.timeout: 100ms
      policies.calls.retry: { attempts: 2 }
      policies.calls.fallback: { after: 2ms }
      services.shop.concurrency: 128
budgets: [ users.latency.p99 < 1ms, users.success >= 99% ]
`);
    const { act, also } = told(result);
    expect(act).toMatch(/^No variant holds every budget; guarded .*\.$/);
    expect(act).not.toContain('policies');
    expect(also).toContain('Settings of guarded against plain: ');
    expect(also).toContain('services.shop.concurrency: 64 → 128');
    expect(also).toContain('policies.calls.timeout.after: 2s → 100ms');
  });
});

/** A file that is shipped, with its variants. */
function shipped(name: string): Result {
  return run(
    readFileSync(new URL(`../../scenarios/patterns/${name}.yaml`, import.meta.url), 'utf8'),
  ).result;
}

describe('the price of an advice', () => {
  it('is the messages that the variant loses, where the others lose none', () => {
    const { act } = told(shipped('queue-overflow'));
    expect(act).toMatch(/^Use drop-head: .*; messages lost: 39\d\.$/);
  });

  it('keeps a variant that loses thousands of commits from being called the best', () => {
    const { act } = told(shipped('failover'));
    expect(act).toMatch(/^close-behind and confirmed serve users best: 83\.3 %/);
  });

  it('is that of each of two that serve users alike, against the same one', () => {
    const { price } = answerOf(viewOf(shipped('failover')));
    expect(plainWords(price.words)).toMatch(
      /^Price of close-behind against majority-of-two: commits lost 2 instead of 0\. Price of confirmed against majority-of-two: p99 of all 9\.\d+ s instead of \d+ ms\.$/u,
    );
  });

  it('is no reason to give up budgets that hold: only a variant with budgets serves better', () => {
    const text = readFileSync('scenarios/patterns/noisy-tenant.yaml', 'utf8');
    const { act } = told(run(text.replace(/replications: \d+/u, 'replications: 1')).result);
    expect(act).toMatch(
      /^fair serves users best of those with budgets: 62 % of requests succeed, limited 27\.2 % \(together with services\.api\.queue/,
    );
  });

  it('is the only reason to prefer one where as many requests succeed', () => {
    const { act } = told(shipped('saga-crash'));
    expect(act).toMatch(
      /^written-and-idempotent is safer: no saga breaks, in in-memory 1\.03 % of sagas break/,
    );
  });

  it('does not prefer a variant in which nothing ever waits, and the work is lost instead', () => {
    const { act } = told(shipped('code-dual-write'));
    expect(act).not.toContain('least behind');
  });
});

describe('a variant with another fault', () => {
  it('is named as what it is, and is no advice', () => {
    const { result } = run(`
faultline: 1
title: Another fault
run: { duration: 30s, warmup: 2s, replications: 1 }
services: { shop: { endpoints: { buy: [ wait: 20ms ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ call: shop.buy ] } }
faults: [ { id: down, kind: error, target: shop, share: 50%, at: 10s, for: 10s } ]
variants:
  - { name: plain }
  - { name: staged, set: { 'faults[down].share': 1% } }
`);
    expect(told(result).act).toMatch(
      /^In staged, with another fault \(faults\[0\]\.share: 50% → 1%\), 99\.\d+ % of requests succeed, in plain 8[\d.]+ %\.$/,
    );
  });
});

describe('a variant with other users', () => {
  it('is named as what it is: no fault differs', () => {
    const { result } = run(`
faultline: 1
title: Other users
run: { duration: 30s, warmup: 2s, replications: 1 }
services: { shop: { endpoints: { buy: { readOnly: true, steps: [ wait: 20ms ] } } } }
workloads: { users: { arrivals: constant(100/s), policy: {}, requests: [ call: shop.buy ] } }
faults: [ { id: down, kind: error, target: shop, share: 50%, at: 10s, for: 10s } ]
variants:
  - { name: plain }
  - { name: patient, set: { workloads.users.policy.retry: { attempts: 5, on: [error] } } }
`);
    expect(told(result).act).toMatch(
      /^In patient, with other users \(workloads\.users\.policy\.retry: /,
    );
  });
});

describe('a variant without the budgets that the others hold', () => {
  it('has settings, and neither another fault nor other users', () => {
    expect(told(shipped('pool-hikari-validation')).act).toMatch(
      /^In tested \(databases\.db\.pool\.aliveBypassWindow: 2s → unset\) 100 % of requests succeed, in trusted 98\.\d %\.$/,
    );
  });
});

describe('a reason', () => {
  it('is not given where no request is hurt, whatever is full', () => {
    const { result } = run(`
faultline: 1
title: Full, and fast enough
run: { duration: 60s, warmup: 2s, replications: 1 }
services: { shop: { concurrency: 4, queue: { capacity: 50 }, endpoints: { buy: [ wait: 10ms ] } } }
workloads: { users: { arrivals: constant(399/s), requests: [ call: shop.buy ] } }
`);
    expect(result.variants[0]!.cascade.events.map(({ kind }) => kind)).toContain('saturated');
    expect(told(result).why).toBe('');
  });
});
