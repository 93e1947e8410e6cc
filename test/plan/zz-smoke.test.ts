import { writeSync, openSync } from 'node:fs';
import { it, expect } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import { simulate } from '../../src/model/simulate.js';
import * as registry from '../../src/patterns/registry.js';
import { bundle, call, constant, database, exponential, fault, fileOf, gateway, loop, middleware, ms, parallel, query, request, route, scenario, seconds, service, work, workload, wait, times, choose, weighing, fail, respond } from '../support/scenario.js';
const L = (policy: string, config: unknown) => ({ policy, kind: registry.policyKind(policy, undefined)!.kind, config: registry.policyKind(policy, undefined)!.schema.parse(config), scope: 'instance' as const, per: 'callee' as const });
it('runs', () => {
  const pay = bundle('pay', [L('retry', { attempts: 3, on: ['any'] }), L('timeout', { after: '500ms' })]);
  const of = scenario({
    run: { warmupNs: seconds(5), durationNs: seconds(60) },
    network: { latency: exponential(ms(1)), zones: new Map([['west', { latency: null, loss: null }]]) },
    gateways: [gateway('edge', [route('order', 'checkout.order', { methods: ['POST'], paths: ['/orders'], policy: bundle('front', [L('timeout', { after: '2s' })]) }), route('browse', { 'catalog.show': 9, 'catalog.show2': 1 }, { paths: ['/products/*'] })], { middleware: [middleware('authenticate', { work: constant(ms(0.3)), reject: 0.01, status: 401 })] })],
    services: [
      service('checkout', { order: [wait(4), call('inventory.reserve', { onError: [work(1)] }), parallel([[call('payments.charge', { policy: pay })], [loop(times(3), [query('orders-db.insert')])]]), call('self.more', { times: times(2) }), call('inventory.reserve', { background: true })], more: [work(1), choose([weighing(1, fail(500, { probability: 0.01 })), weighing(1, respond(200, [wait(3)]))])] }, { replicas: 4, concurrency: 128 }),
      service('inventory', { reserve: [wait(5)] }, { concurrency: 64 }),
      service('payments', { charge: [wait(7), call('psp.charge', { policy: bundle('psp', [L('timeout', { after: '400ms' })]) })] }, { concurrency: 64, zones: ['west', 'west'] }),
      service('psp', { charge: [wait(82)] }),
      service('catalog', { show: [query('orders-db.insert')], show2: [work(2)] }, { rejectWork: constant(ms(1)), concurrency: 8, queue: { capacity: 2, discipline: 'fifo', maxWaitNs: null } }),
    ],
    databases: [database('orders-db', { insert: { work: exponential(ms(3)) } }, { maxConnections: 40, pool: { kind: 'simple', maxOpen: 10, maxIdle: 10, maxLifetimeNs: null, maxIdleTimeNs: null, acquireTimeoutNs: seconds(1), waiters: 'fifo' } })],
    workloads: [workload('shoppers', [request('order', [call('edge', { method: 'POST', path: '/orders' })], { weight: 40, patience: { afterNs: seconds(10), cancel: false } }), request('browse', [call('edge', { path: '/products/1' })], { weight: 60 }), request('lost', [call('edge', { path: '/x' })])], { arrivals: { kind: 'poisson', rate: 300 } })],
    faults: [fault('hang', 'hang', { target: ['psp'] }), fault('lat', 'latency', { config: { add: constant(ms(20)), direction: 'to' }, target: ['checkout->payments'] }), fault('z', 'crash', { config: { restart: true, blackhole: false }, target: ['west'], spans: [{ fromNs: seconds(40), untilNs: seconds(45) }] })],
  });
  const no = (process.env.NO ?? '').split(',');
  (of as any).faults = of.faults.filter((f) => !no.includes(f.id));
  if (no.includes('order')) { const ep = of.services.get('checkout')!.endpoints as any; const st = ep.get('order').steps as any[]; ep.set('order', { ...ep.get('order'), steps: st.filter((_, i) => !no.includes('s' + i)) }); }
  const { variant, file } = fileOf(of, []);
  writeSync(2, 'compile\n');
  const plan = compile(variant, file);
  writeSync(2, 'compiled\n');
  const t = performance.now();
  const r = simulate(plan, 0, registry as any);
  console.log(Object.keys(r), (r as any).stop, (r as any).stop?.events, JSON.stringify((r as any).totals), performance.now() - t);
  expect(r).toBeTruthy();
});
