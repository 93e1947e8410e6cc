import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

/** One replica of the shop is asked to end; its callers learn it after 2 s. */
function stopped(lifecycle: string, steps = 'wait: 20ms', platform = '', kind = 'stop'): string {
  const own = platform === '' ? 'kind: kubernetes, endpointPropagation: 2s' : platform;
  return scenario([
    `platform: { ${own} }`,
    `services: { shop: { replicas: 3, lifecycle: { ${lifecycle} }, endpoints: { buy: [ ${steps} ] } } }`,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
    `faults: [ { id: gone, kind: ${kind}, target: shop, instances: 1, at: 10s, for: 1s } ]`,
  ]);
}

export const STOP_CASES: readonly RuleCase[] = [
  {
    rule: 'stop-before-callers-know',
    fires: stopped('startup: 5s'),
    path: 'services.shop.lifecycle.preStop',
    measured: 'they learn it after 2s on average',
    limit: 'no preStop',
    silent: {
      'as long as the news take': stopped('preStop: 2s'),
      'callers that know at once': stopped('startup: 5s', 'wait: 20ms', 'kind: kubernetes'),
      'no order to end': stopped('startup: 5s', 'wait: 20ms', '', 'crash'),
    },
  },
  {
    rule: 'grace-below-work',
    // 10 s less the preStop of 4 s.
    fires: stopped('preStop: 4s, terminationGrace: 10s', 'wait: 7s'),
    path: 'services.shop.lifecycle.terminationGrace',
    measured: 'shop.buy takes 7s on average',
    limit: '6s to drain',
    silent: {
      'less work': stopped('preStop: 4s, terminationGrace: 10s', 'wait: 5s'),
      'a longer grace': stopped('preStop: 4s, terminationGrace: 20s', 'wait: 7s'),
      'a process that does not drain': stopped(
        'preStop: 4s, terminationGrace: 10s, drain: false',
        'wait: 7s',
      ),
      'no order to end': stopped('preStop: 4s, terminationGrace: 10s', 'wait: 7s', '', 'crash'),
    },
  },
];
