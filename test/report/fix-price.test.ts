import { expect, it } from 'vitest';
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
