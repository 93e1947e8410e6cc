import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

/** A shop that fails from 10 s on, and these alerts. */
const watched = (alerts: string, at = '10s'): string =>
  scenario([
    'services: { shop: { endpoints: { buy: [ wait: 1ms ] } } }',
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }',
    `faults: [ { id: down, kind: error, target: shop, at: ${at}, for: 10s } ]`,
    `alerts: ${alerts}`,
  ]);

export const ALERT_CASES: readonly RuleCase[] = [
  {
    rule: 'alert-cannot-fire',
    fires: watched('{ rules: { slow: { when: users.success < 99%, over: 5s, for: 60s } } }'),
    path: 'alerts.rules.slow.for',
    measured: 'for: 1m',
    limit: 'a run of 1m',
    silent: {
      'a shorter wait': watched(
        '{ rules: { slow: { when: users.success < 99%, over: 5s, for: 45s } } }',
      ),
    },
  },
  {
    rule: 'alert-window-beyond-history',
    fires: watched('{ rules: { slow: { when: users.success < 99%, over: 5m } } }'),
    path: 'alerts.rules.slow',
    measured: 'a window of 5m',
    limit: '10s before the first fault',
    silent: {
      'with a past that a recorded window needs': watched(
        '{ history: 5m, groups: [ { name: g, rules: [ { record: a, expr: "rate(user_requests_total[5m])" }, { alert: A, expr: "a > 1" } ] } ] }',
      ),
      'with a past': watched(
        '{ history: 5m, rules: { slow: { when: users.success < 99%, over: 5m } } }',
      ),
      'a window that is full by then': watched(
        '{ rules: { slow: { when: users.success < 99%, over: 10s } } }',
      ),
    },
  },
];
