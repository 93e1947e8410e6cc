import { expect, it } from 'vitest';
import { meaningOf } from '../../src/report/view/budget-words.js';

it.each([
  ['orders.mailer.lag', 'mean over time'],
  ['orders.mailer.lag after crash', 'mean over time'],
  ['orders.mailer.lag from 45s to 60s in plain', 'mean over time'],
  ['orders.mailer.lag.mean', null],
  ['orders.mailer.lag.max after crash', null],
  ['shop.queue', 'mean over time'],
  ['users.success', null],
  ['users.latency.p99 before crash', 'of all, failures included'],
  ['users.successLatency.p99', 'of successes'],
])('the value of a budget on %s is %s', (metric, meaning) => {
  expect(meaningOf(metric)).toBe(meaning);
});
