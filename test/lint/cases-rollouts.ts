import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

/** Eight pods of 100/s each, and a gateway. */
function rolled(rollout: string, rate: string, more = ''): string {
  return scenario([
    'gateways: { edge: { replicas: 2, routes: [ { match: { path: /buy }, to: shop.buy } ] } }',
    `services: { shop: { replicas: 8, cpu: 1, ${more}endpoints: { buy: [ work: 10ms ] }, versions: { v1: {}, v2: {} }, rollout: { to: v2, ${rollout} } } }`,
    `workloads: { users: { arrivals: poisson(${rate}), requests: [ { name: buy, call: edge, path: /buy } ] } }`,
  ]);
}

/** The new version fails 30 % of its requests. */
const worse = (text: string): string =>
  text.replace(
    'v2: {}',
    'v2: { endpoints: { buy: [ work: 10ms, { fail: 503, probability: 30% } ] } }',
  );

const WATCHED = 'analysis: { expect: [ canary.success >= 99% ], interval: 30s }';
const CANARY = 'kind: canary, steps: [ { weight: 5% }, { pause: 5m } ]';

export const ROLLOUT_CASES: readonly RuleCase[] = [
  {
    rule: 'rollout-below-load',
    fires: rolled('kind: rolling', '650/s'),
    path: 'services.shop.rollout',
    measured: '650/s',
    limit: 'they do 600/s',
    silent: {
      'none missing': rolled('kind: rolling, maxUnavailable: 0', '650/s'),
      'less load': rolled('kind: rolling', '590/s'),
      'more than all of them can do': rolled('kind: rolling', '850/s'),
      'a second set': rolled('kind: blueGreen', '650/s'),
      'a canary beside all of them': rolled(CANARY, '650/s'),
    },
  },
  {
    rule: 'rollout-below-load',
    fires: rolled('kind: recreate', '50/s'),
    path: 'services.shop.rollout',
    measured: '50/s',
    limit: 'they do 0/s',
    silent: {},
  },
  {
    rule: 'rollout-below-load',
    fires: rolled('kind: rolling, maxSurge: 0, maxUnavailable: 10%', '750/s'),
    path: 'services.shop.rollout',
    measured: '750/s',
    limit: 'they do 700/s',
    silent: {},
  },
  {
    rule: 'rollout-unwatched',
    fires: worse(rolled('kind: rolling, maxUnavailable: 0', '50/s')),
    path: 'services.shop.rollout',
    measured: '30 % of the requests of v2 fail by its own steps, 0 % before',
    limit: 'less than 1 % more, or an analysis',
    silent: {
      'no worse than before': rolled('kind: rolling, maxUnavailable: 0', '50/s'),
      watched: worse(rolled(`${CANARY}, ${WATCHED}`, '50/s')),
    },
  },
  {
    rule: 'rollout-unwatched',
    fires: worse(rolled(CANARY, '50/s')),
    path: 'services.shop.rollout',
    measured: '30 % of the requests of v2 fail by its own steps, 0 % before',
    limit: 'less than 1 % more, or an analysis',
    silent: {},
  },
  {
    rule: 'canary-too-few-samples',
    fires: rolled(`${CANARY}, ${WATCHED}`, '50/s'),
    path: 'services.shop.rollout.analysis.interval',
    measured: '75 requests in 30 s',
    limit: 'minSamples 100',
    silent: {
      'more requests': rolled(`${CANARY}, ${WATCHED}`, '100/s'),
      'no analysis': rolled(CANARY, '50/s'),
      'a second set that gets all': rolled(`kind: blueGreen, ${WATCHED}`, '50/s'),
    },
  },
  {
    rule: 'stop-before-callers-know',
    fires: `${rolled('kind: rolling', '50/s')}\nplatform: { kind: kubernetes, endpointPropagation: 2s }`,
    path: 'services.shop.lifecycle.preStop',
    measured: 'they learn of it after 2 s on average',
    limit: 'no preStop',
    silent: {
      'served on meanwhile': `${rolled('kind: rolling', '50/s', 'lifecycle: { preStop: 5s }, ')}\nplatform: { kind: kubernetes, endpointPropagation: 2s }`,
    },
  },
];
