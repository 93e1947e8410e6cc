import { describe, expect, it } from 'vitest';
import { called, entriesOf, next, phase, SECOND, stale } from './discovery-support.js';
import { outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

const MINUTE = 60 * SECOND;
const RENEWAL = 30 * SECOND;
const CRASH = 100 * SECOND;
const OFF = 'kind: eureka, selfPreservation: false';
const DIES = '{ id: dies, kind: crash, target: s, instances: [0], at: 100s, for: 1000s }';

/** When the registry evicts an instance that crashed: the first pass after twice the lease since the last renewal. */
function evictionOf(traced: Traced): number {
  const first = phase(traced, 'registry/reg/renew/s', 0, RENEWAL);
  const renewed = next(first, RENEWAL, CRASH) - RENEWAL;
  const start = -phase(traced, 'registry/reg/server', 0, MINUTE);
  return next(start, MINUTE, renewed + 180 * SECOND + 1);
}

/** When its caller notices: the next answer of the registry, then the next fetch. */
function noticeOf(traced: Traced): number {
  const answer = phase(traced, 'registry/reg/answer', 0, 30 * SECOND);
  const fetch = phase(traced, 'discovery/reg/users', 0, 30 * SECOND);
  return next(fetch, 30 * SECOND, next(answer, 30 * SECOND, evictionOf(traced)));
}

describe('a registry of kind eureka', () => {
  it('evicts a crashed instance after twice its lease; its caller notices 150 s to 300 s after the crash', () => {
    const traced = called(OFF, 'discovery: reg', [0], DIES);
    expect(entriesOf(traced)).toEqual([[evictionOf(traced), 's[0]', 'evicted']]);
    const notice = noticeOf(traced);
    expect(notice - CRASH).toBeGreaterThanOrEqual(150 * SECOND);
    expect(notice - CRASH).toBeLessThanOrEqual(300 * SECOND);
    // A call 1 ns before it goes to the dead instance; one 1 ns after it has no instance.
    const around = called(OFF, 'discovery: reg', [notice - 1, notice + 1], DIES);
    expect(stale(around)).toBe(1);
    expect(outcomes(around.requests)).toEqual(['refused', 'refused']);
  });

  it('counts the lease once for an instance that only registered', () => {
    // It starts at 10 s, registers one renewal later, and dies before the next one.
    const traced = called(
      `${OFF}, emptyWait: 0s`,
      'discovery: reg',
      [0],
      '{ id: new, kind: crash, target: s, at: 0s, for: 400s }, ' +
        '{ id: again, kind: crash, target: s, at: 431s, for: 700s }',
    );
    const start = -phase(traced, 'registry/reg/server', 0, MINUTE);
    const evicted = entriesOf(traced).map(([at, , event]) => [at, event]);
    expect(evicted.slice(1)).toEqual([
      [430 * SECOND, 'registered'],
      [next(start, MINUTE, 430 * SECOND + 90 * SECOND + 1), 'evicted'],
    ]);
  });

  it('removes an instance that ends gracefully at once; callers notice within two intervals', () => {
    const stop = '{ id: ends, kind: stop, target: s, instances: [0], at: 100s, for: 1000s }';
    const traced = called(OFF, 'discovery: reg', [0], stop);
    expect(entriesOf(traced)).toEqual([[CRASH, 's[0]', 'cancelled']]);
    const answer = phase(traced, 'registry/reg/answer', 0, 30 * SECOND);
    const fetch = phase(traced, 'discovery/reg/users', 0, 30 * SECOND);
    const notice = next(fetch, 30 * SECOND, next(answer, 30 * SECOND, CRASH));
    expect(notice - CRASH).toBeLessThanOrEqual(60 * SECOND);
    expect(stale(called(OFF, 'discovery: reg', [notice - 1, notice + 1], stop))).toBe(1);
  });

  it('lets a new instance get requests only after renewal, answer and fetch', () => {
    const away = '{ id: away, kind: crash, target: s, at: 100s, for: 500s }';
    const traced = called(OFF, 'discovery: reg', [0], away);
    expect(entriesOf(traced).map(([at, , event]) => [at, event])).toEqual([
      [evictionOf(traced), 'evicted'],
      [630 * SECOND, 'registered'],
    ]);
    const answer = phase(traced, 'registry/reg/answer', 0, 30 * SECOND);
    const fetch = phase(traced, 'discovery/reg/users', 0, 30 * SECOND);
    const back = next(fetch, 30 * SECOND, next(answer, 30 * SECOND, 630 * SECOND));
    const around = called(OFF, 'discovery: reg', [back - 1, back + 1], away);
    expect(outcomes(around.requests)).toEqual(['refused', 'ok']);
  });

  it('evicts nothing in a fleet of three with one dead: 4 renewals a minute are not above 5', () => {
    const traced = called('kind: eureka', 'replicas: 3, discovery: reg', [0], DIES);
    expect(entriesOf(traced).map(([, instance, event]) => [instance, event])).toEqual([
      ['reg[0]', 'preserving'],
    ]);
    const large = called('kind: eureka', 'replicas: 7, discovery: reg', [0], DIES);
    // 12 renewals are above floor(7 x 2 x 0.85) = 11.
    expect(entriesOf(large)).toEqual([[evictionOf(large), 's[0]', 'evicted']]);
  });

  it('evicts at most 15 % of the instances in a pass, rounded up', () => {
    const dead = '{ id: dies, kind: crash, target: s, instances: 5, at: 100s, for: 1000s }';
    const traced = called(OFF, 'replicas: 20, discovery: reg', [0], dead);
    const passes = new Map<number, number>();
    for (const [at] of entriesOf(traced)) passes.set(at, (passes.get(at) ?? 0) + 1);
    // floor(0.85 x 20) = 17 stay; then floor(0.85 x 17) = 14.
    expect([...passes.values()].reduce((sum, count) => sum + count, 0)).toBe(5);
    expect(Math.max(...passes.values())).toBeLessThanOrEqual(3);
  });

  it('keeps the lists of callers while its servers are down, and answers nothing for 5 minutes after that', () => {
    const outage =
      '{ id: out, kind: crash, target: reg, at: 100s, for: 60s }, ' +
      '{ id: dies, kind: crash, target: s, instances: [0], at: 110s, for: 10s }';
    const at = [150, 200, 500, 560].map((second) => second * SECOND);
    const traced = called('kind: eureka', 'replicas: 2, discovery: reg', at, outage);
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'ok']);
    const events = entriesOf(traced).map(([when, , event]) => [when / SECOND, event]);
    expect(events[0]).toEqual([100, 'silent']);
    expect(events[1]).toEqual([160, 'back']);
  });
});
