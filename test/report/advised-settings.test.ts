import { describe, expect, it } from 'vitest';
import { answerOf } from '../../src/report/answer.js';
import { plainWords } from '../../src/report/emphasis.js';
import { viewOf } from '../../src/report/view.js';
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
      /^queues\.jobs\.consumers\[0\]\.concurrency: 4 → 1 \(proved\); in wide .*wait at most\.$/,
    );
  });

  it('are not named where a variant with another load suffers', () => {
    const { why } = told(
      consumers(`  - { name: usual }
  - { name: rush, set: { workloads.users.arrivals: constant(900/s) } }`),
    );
    expect(why).not.toContain('(proved)');
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
    expect(also).toContain('guarded against plain: ');
    expect(also).toContain('services.shop.concurrency: 64 → 128');
    expect(also).toContain('policies.calls.timeout.after: 2s → 100ms');
  });
});
