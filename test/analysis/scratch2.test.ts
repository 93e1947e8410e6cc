import { it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { summarise } from '../../src/analysis/summarise.js';
import { compile } from '../../src/plan/compile.js';
import { runPlan } from '../../src/run/run.js';
import type { ScenarioFile, Variant } from '../../src/spec/scenario.js';
import { policyKind } from '../../src/patterns/registry.js';
import * as s from '../support/scenario.js';

function scene(kind: string) {
  const to = { policy: 'timeout', kind: 'simple', config: { after: s.ms(300) }, scope: 'instance' as const, per: 'callee' as const };
  const cb = { policy: 'circuitBreaker', kind: 'gobreaker', config: policyKind('circuitBreaker','gobreaker')!.schema.parse({}), scope: 'instance' as const, per: 'callee' as const };
  const layers = kind === 'naive' ? [] : kind === 'timeout' ? [to] : [cb, to];
  return s.scenario({
    run: { durationNs: s.seconds(90), warmupNs: s.seconds(5), stepNs: s.seconds(0.5), seed: 7, drainNs: s.seconds(10) },
    services: [
      s.service('frontend', { checkout: [s.call('payments.pay')], browse: [s.call('catalog.list'), s.query('db.sel')] }, { replicas: 2, zones: [null, null], concurrency: 25, queue: { capacity: 50, discipline: 'fifo', maxWaitNs: null }, outbound: new Map([['payments', s.bundle('d', layers)]]) }),
      s.service('payments', { pay: [{ ...s.PLAIN, verb: 'wait', time: s.exponential(s.ms(10)) }] }, { concurrency: 100 }),
      s.service('catalog', { list: [s.wait(5)] }, { concurrency: 50 }),
    ],
    databases: [s.database('db', { sel: { work: s.constant(s.ms(1)) } }, { cpu: { cores: 4, discipline: 'processorSharing', quota: null, contextSwitchTax: 0 }, pool: { ...s.UNLIMITED_POOL, maxOpen: 10 } })],
    workloads: [
      s.workload('users', [s.request('checkout', [s.call('frontend.checkout')], { weight: 3, patience: { afterNs: s.seconds(5), cancel: false }, goodputWithinNs: s.seconds(5) }), s.request('browse', [s.call('frontend.browse')], { weight: 7, patience: { afterNs: s.seconds(5), cancel: false }, goodputWithinNs: s.seconds(5) })], { arrivals: { kind: 'poisson', rate: 400 } }),
    ],
    faults: [
      s.fault('hang', 'hang', { target: ['payments'], config: {}, spans: [{ fromNs: s.seconds(30.2), untilNs: s.seconds(50) }] }),
    ],
  });
}
it('runs', () => {
  const variants: Variant[] = ['naive', 'timeout', 'breaker'].map((name, i) => ({
    name, title: null, description: null, baseline: i === 0, patch: { remove: [], set: [], add: [] }, scenario: scene(name),
  }));
  const b = (text: string) => ({ text, name: null, severity: 'error' as const, confidence: 0.95, allowEmpty: false, at: 'x' });
  const file: ScenarioFile = {
    title: 't', description: null, variants, sha256: '',
    budgets: ['users.browse.success >= 99% during hang', 'users.recovery < 8s after hang', 'frontend->payments.breaker.openFor < 90% during hang', 'frontend[0].concurrency.max < 50', 'db.pool.wait.mean < 5ms','frontend->db.pool.utilization.max < 90%', 'all->payments.attempts > 10', 'users.apdex > 90%', 'users.share.abandoned < 1%', 'users.abandoned < 1%', 'cascade.collateral < 1','cascade.blastRadius <= 1', 'users.browse.successLatency.p99 <= 10% of naive during hang', 'frontend.queueWait.p99 < 10ms before hang'].map(b),
    hypothesis: { statement: 'x', expect: ['users.success >= 99% before hang', 'users.browse.success >= 99% during hang in breaker'].map(b) },
  };
  const plans = variants.map((v) => compile(v, file));
  const t0 = Date.now();
  const records = plans.map((p) => [0, 1, 2].map((r) => runPlan(p, r)));
  const t1 = Date.now();
  const result = summarise(file, plans, records, '0.1.0');
  const t2 = Date.now();
  writeFileSync('/tmp/result2.json', JSON.stringify(result, null, 1));
  console.log('sim', t1 - t0, 'sum', t2 - t1, 'bytes', JSON.stringify(result).length);
});
