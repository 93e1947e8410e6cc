import { describe, expect, it } from 'vitest';
import type { FixPrice } from '../../src/contracts/result/fix.js';
import { priceWords } from '../../src/report/fix/words.js';

const NOW: FixPrice = {
  degraded: 0,
  attempts: 1,
  p99: 0.1,
  p99OfAll: 0.2,
  instances: 4,
  cores: 8,
  cost: null,
  deadLetters: 0,
  lost: 0,
};

it('names what a change costs: time, work, instances, and nothing that is as before', () => {
  const of = (own: Partial<FixPrice>): string => priceWords({ ...NOW, ...own }, NOW, []);
  expect(of({})).toBe('none');
  // Requests that succeed after a long wait are no failures, and no free gain.
  expect(of({ p99: 0.3, p99OfAll: 0.3 })).toBe('a longer p99');
  // Those that failed at a time limit succeed earlier.
  expect(of({ p99: 0.3, p99OfAll: 0.15 })).toBe('none');
  expect(of({ p99: 0.115, p99OfAll: 0.3 })).toBe('none');
  expect(of({ p99: null })).toBe('none');
  expect(of({ deadLetters: 859, lost: 3 })).toBe(
    '859 dead letters (now 0), 3 messages lost (now 0)',
  );
  expect(of({ deadLetters: 0.5 })).toBe('none');
  expect(of({ p99: 0.3, p99OfAll: 0.3, instances: 6, cores: 12 })).toBe(
    'a longer p99, +2 instances',
  );
});

it('names what no run counts: the age of values, and failovers that nothing calls for', () => {
  const path = 'caches.tokens.levels[0].ttl';
  const of = (own: Partial<FixPrice>): string =>
    priceWords({ ...NOW, ...own }, NOW, [{ path, from: '60s', to: '167s' }]);
  expect(of({})).toBe('values up to 167s old');
  expect(of({ instances: 6 })).toBe('+2 instances, values up to 167s old');
  const detect = { path: 'databases.pg.failover.detect', from: '10s', to: '3.7s' };
  expect(priceWords(NOW, NOW, [detect])).toBe('a failover after a pause of 3.7s');
  const stale = { path: 'registries.names.serveStale', from: null, to: 'true' };
  expect(priceWords(NOW, NOW, [stale])).toBe('expired addresses while the registry has none');
});

describe('a cost that no run counts', () => {
  const words = (path: string, from: string | null, to: string | null): string =>
    priceWords(NOW, NOW, [{ path, from, to }]);

  it.each([
    [
      'databases.pg.failover.detect',
      'a failover after a pause of 5s',
      'a lost primary noticed after 20s',
    ],
    [
      'logs.l.subscribers[0].sessionTimeout',
      'a rebalance after a pause of 5s',
      'a lost consumer noticed after 20s',
    ],
    [
      'queues.q.visibilityTimeout',
      'messages that take longer than 5s handled twice',
      'messages of a lost consumer back after 20s',
    ],
    [
      'services.s.probes.liveness.timeout',
      'restarts after a shorter failure',
      'hung instances restarted later',
    ],
    [
      'services.s.healthChecks.interval',
      'instances left out after a shorter failure',
      'failing instances left out later',
    ],
    ['caches.c.levels[0].ttl', 'none', 'values up to 20s old'],
    ['databases.db.lockTimeout', 'statements that fail after a wait of 5s for a lock', 'none'],
    ['services.s.rollout.minReady', 'none', 'a release that waits 20s for each group of instances'],
    // What a run counts: it has no other cost.
    ['policies.p.timeout', 'none', 'none'],
    ['services.s.queue.maxWait', 'none', 'none'],
  ])('of %s depends on the direction', (path, less, more) => {
    expect(words(path, '10s', '5s')).toBe(less);
    expect(words(path, '10s', '20s')).toBe(more);
    // Times of other units, and of more digits.
    expect(words(path, '10s', '20000ms')).toBe(more.replace('20s', '20000ms'));
    expect(words(path, '9s', '10s')).toBe(more.replace('20s', '10s'));
  });

  it.each([
    ['queues.q.maxReceiveCount', '10', '2', 'messages given up after 2 deliveries'],
    ['queues.q.maxReceiveCount', '2', '10', 'none'],
    ['queues.q.maxReceiveCount', null, '5', 'messages given up after 5 deliveries'],
    ['services.s.outlierDetection.consecutive5xx', '5', '10', 'failing instances ejected later'],
    [
      'services.s.outlierDetection.consecutive5xx',
      '10',
      '5',
      'instances ejected after fewer errors',
    ],
    [
      'services.s.rollout.minReady',
      null,
      '30s',
      'a release that waits 30s for each group of instances',
    ],
    ['services.s.autoscaling.min', '3', '8', 'at least 8 instances at quiet times'],
    ['services.s.autoscaling.min', '8', '3', 'none'],
    ['databases.pg.failover', null, '{ detect: 5s }', 'a failover after a pause of 5s'],
    ['registries.names.serveStale', 'true', 'false', 'none'],
    ['policies.p.circuitBreaker', '{}', null, 'no circuitBreaker on other days'],
    ['policies.p.retry', '3', null, 'no retry on other days'],
    ['policies.p.retry.budget', '20%', null, 'none'],
  ])('%s from %s to %s', (path, from, to, cost) => {
    expect(words(path, from, to)).toBe(cost);
  });

  it('is named once of two settings', () => {
    const probe = (name: string) => ({
      path: `services.s.probes.liveness.${name}`,
      from: '1s',
      to: '2s',
    });
    expect(priceWords(NOW, NOW, [probe('timeout'), probe('period')])).toBe(
      'hung instances restarted later',
    );
  });
});
