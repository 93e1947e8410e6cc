import { it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { summarise } from '../../src/analysis/summarise.js';
import { compile } from '../../src/plan/compile.js';
import { runPlan } from '../../src/run/run.js';
import type { ScenarioFile, Variant } from '../../src/spec/scenario.js';
import * as s from '../support/scenario.js';

function scene(attempts: number, queue = 2000) {
  const layers = [
    ...(attempts > 1 ? [{ policy: 'retry', kind: 'simple', config: { attempts, on: ['any'] }, scope: 'instance' as const, per: 'callee' as const }] : []),
    { policy: 'timeout', kind: 'simple', config: { after: s.ms(250) }, scope: 'instance' as const, per: 'callee' as const },
  ];
  return s.scenario({
    run: { durationNs: s.seconds(120), warmupNs: s.seconds(5), stepNs: s.seconds(0.5), seed: 7, drainNs: s.seconds(10) },
    services: [
      s.service('api', { get: [s.call('backend.get')] }, { outbound: new Map([['default', s.bundle('d', layers)]]) }),
      s.service('backend', { get: { name: 'get', idempotent: true, readOnly: true, steps: [{ ...s.PLAIN, verb: 'wait', time: s.exponential(s.ms(10)) }] } }, { concurrency: 10, queue: { capacity: queue, discipline: 'fifo', maxWaitNs: null } }),
      s.service('search', { find: [s.wait(2)] }, { concurrency: 50 }),
    ],
    workloads: [
      s.workload('users', [s.request('get', [s.call('api.get')], { weight: 9 }), s.request('find', [s.call('search.find')])], { arrivals: { kind: 'poisson', rate: 600 } }),
    ],
    faults: [
      s.fault('slow-backend', 'slow', { target: ['backend'], config: { factor: 4 }, spans: [{ fromNs: s.seconds(30), untilNs: s.seconds(40) }] }),
      s.fault('decoy', 'slow', { target: ['search'], config: { factor: 1.5 }, spans: [{ fromNs: s.seconds(25), untilNs: s.seconds(38) }] }),
    ],
  });
}
it('runs', () => {
  const variants: Variant[] = [['retries', scene(4)], ['none', scene(1)], ['short', scene(4, 100)]].map(([name, scenario]: any, i) => ({
    name, title: null, description: null, baseline: i === 0, patch: { remove: [], set: [], add: [] }, scenario,
  }));
  const b = (text: string) => ({ text, name: null, severity: 'error' as const, confidence: 0.95, allowEmpty: false, at: 'x' });
  const file: ScenarioFile = {
    title: 't', description: null, variants, sha256: '',
    budgets: ['cascade.metastable >= 90% in retries', 'cascade.metastable <= 0% in none, short', 'api->backend.amplification >= 3.8 from 60s to 120s in retries', 'backend.wastedWork > 95% from 60s to 120s in retries', 'users.recovery < 8s after slow-backend', 'users.goodput >= 99% of none before slow-backend in retries', 'users.find.success >= 99%', 'users.get.latency.p99 <= 120% of before during slow-backend', 'backend.utilization.max <= 100%', 'backend.queue.max < 100', 'run.unfinished == 0'].map(b),
    hypothesis: null,
  };
  const plans = variants.map((v) => compile(v, file));
  const t0 = Date.now();
  const records = plans.map((p) => [0, 1, 2].map((r) => runPlan(p, r)));
  const t1 = Date.now();
  const result = summarise(file, plans, records, '0.1.0');
  const t2 = Date.now();
  writeFileSync('/tmp/result.json', JSON.stringify(result, null, 1));
  console.log('sim', t1 - t0, 'sum', t2 - t1, 'bytes', JSON.stringify(result).length);
});
