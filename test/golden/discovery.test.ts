import { describe, expect, it } from 'vitest';
import { called, entriesOf, next, phase, SECOND, stale } from './discovery-support.js';
import { golden, latencies, metered, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

const INTERVAL = 10 * SECOND;
const CONSUL = 'kind: consul';
const REFRESHED = 'discovery: { registry: reg, refresh: 10s }';
const seconds = (list: readonly number[]): number[] => list.map((at) => at * SECOND);

/** The first check of `s[0]` at or after a time. */
const checkAfter = (traced: Traced, at: number): number =>
  next(phase(traced, 'registry/reg/check/s', 0, INTERVAL), INTERVAL, at);
const fetchAfter = (traced: Traced, at: number): number =>
  next(phase(traced, 'discovery/reg/users', 0, INTERVAL), INTERVAL, at);

describe('a registry of kind consul', () => {
  it('finds a crash with the next check, and a process that hangs after its timeout', () => {
    const dies = '{ id: out, kind: crash, target: s, at: 100s, for: 900s }';
    const crashed = called(CONSUL, REFRESHED, [0], dies, '10m');
    const critical = checkAfter(crashed, 100 * SECOND);
    expect(entriesOf(crashed)).toEqual([[critical, 's[0]', 'critical']]);
    const notice = fetchAfter(crashed, critical);
    expect(notice - 100 * SECOND).toBeLessThanOrEqual(20 * SECOND);
    expect(stale(called(CONSUL, REFRESHED, [notice - 1, notice + 1], dies, '10m'))).toBe(1);
    const hangs = '{ id: out, kind: hang, target: s, at: 100s, for: 900s }';
    const hung = called(`${CONSUL}, checkTimeout: 3s`, REFRESHED, [0], hangs, '10m');
    expect(entriesOf(hung)).toEqual([[critical + 3 * SECOND, 's[0]', 'critical']]);
  });

  it('counts consecutive results, and registers a restarted instance as critical', () => {
    const dies = '{ id: out, kind: crash, target: s, at: 100s, for: 100s }';
    const rules = `${CONSUL}, failuresBeforeCritical: 3, successBeforePassing: 2`;
    const traced = called(rules, REFRESHED, [0], dies, '10m');
    const stagger = phase(traced, 'registry/reg/check/s', 0, INTERVAL);
    expect(entriesOf(traced)).toEqual([
      [checkAfter(traced, 100 * SECOND) + 2 * INTERVAL, 's[0]', 'critical'],
      [200 * SECOND + stagger + INTERVAL, 's[0]', 'passing'],
    ]);
  });

  it('removes an instance that is critical for too long; it stays away after a hang', () => {
    const hangs = '{ id: out, kind: hang, target: s, at: 100s, for: 200s }';
    const rules = `${CONSUL}, checkTimeout: 1s, deregisterAfter: 1m`;
    const traced = called(rules, REFRESHED, [500 * SECOND], hangs, '10m');
    const critical = checkAfter(traced, 100 * SECOND) + SECOND;
    const reaper = phase(traced, 'registry/reg/reaper', 0, 30 * SECOND);
    expect(entriesOf(traced)).toEqual([
      [critical, 's[0]', 'critical'],
      [next(reaper, 30 * SECOND, critical + 60 * SECOND + 1), 's[0]', 'deregistered'],
    ]);
    expect(metered(traced, 'deregistrations', 'reg')).toBe(1);
    expect(outcomes(traced.requests)).toEqual(['refused']);
  });

  it('notes changes of checks when its servers are back', () => {
    const both =
      '{ id: out, kind: crash, target: s, at: 100s, for: 400s }, ' +
      '{ id: away, kind: crash, target: reg, at: 90s, for: 100s }';
    expect(entriesOf(called(CONSUL, REFRESHED, [0], both, '4m'))).toEqual([
      [90 * SECOND, 'reg[0]', 'silent'],
      [190 * SECOND, 'reg[0]', 'back'],
      [190 * SECOND, 's[0]', 'critical'],
    ]);
  });
});

describe('a registry of kind kubernetes', () => {
  const CLUSTER = 'kind: kubernetes, propagation: 2s';
  const dies = '{ id: out, kind: crash, target: s, at: 10s, for: 10s }';

  it('sends changes of readiness, which take the propagation time', () => {
    const at = [12 * SECOND - 1, 12 * SECOND + 1, 22 * SECOND - 1, 22 * SECOND + 1];
    const traced = called(CLUSTER, 'discovery: reg', at, dies, '30s');
    expect(outcomes(traced.requests)).toEqual(['refused', 'refused', 'refused', 'ok']);
    expect(stale(traced)).toBe(1);
  });

  it('sends what callers lack when its servers are back: within 1 s, and the propagation time', () => {
    const both = `${dies}, { id: away, kind: crash, target: reg, at: 9s, for: 5s }`;
    // The registry notes the change at 14 s, and sends it.
    const at = [16 * SECOND - 1, 16 * SECOND + 1];
    const traced = called(CLUSTER, 'discovery: reg', at, both, '30s');
    expect(stale(traced)).toBe(1);
  });

  it('does not reach callers that a partition or a freeze separates from it', () => {
    for (const fault of [
      'kind: partition, between: [users, reg]',
      'kind: freeze, target: reg, what: discovery',
    ]) {
      const both = `${dies}, { id: away, ${fault}, at: 9s, for: 5500ms }`;
      // It tries again at 11, 12, 13, 14 and 15 s.
      const at = [17 * SECOND - 1, 17 * SECOND + 1];
      expect(stale(called(CLUSTER, 'discovery: reg', at, both, '30s')), fault).toBe(1);
    }
  });

  it('with onEmpty: lastKnown and panic callers still call instances', () => {
    const at = seconds([13, 21]);
    for (const [onEmpty, count] of [
      ['fail', 0],
      ['lastKnown', 1],
      ['panic', 1],
    ] as const) {
      const own = `discovery: { registry: reg, onEmpty: ${onEmpty} }`;
      const traced = called(CLUSTER, own, at, dies, '30s');
      expect(stale(traced), onEmpty).toBe(count);
      const second = onEmpty === 'fail' ? 'refused' : 'ok';
      expect(outcomes(traced.requests), onEmpty).toEqual(['refused', second]);
    }
  });
});

describe('a registry of kind dns', () => {
  const NAMES = 'kind: dns, ttl: 10s';
  const away = '{ id: away, kind: crash, target: reg, at: 20s, for: 40s }';

  it('gives answers that callers use for the TTL; then the name is unknown', () => {
    const at = (traced: Traced): number => fetchAfter(traced, 20 * SECOND);
    const expired = at(called(NAMES, 'discovery: reg', [0], away, '2m'));
    const around = [expired - 1, expired + 1, 80 * SECOND];
    const traced = called(NAMES, 'discovery: reg', around, away, '2m');
    expect(outcomes(traced.requests)).toEqual(['ok', 'refused', 'ok']);
    expect(metered(traced, 'fetchFailures', 's')).toBe(4);
    const still = called(`${NAMES}, serveStale: true`, 'discovery: reg', around, away, '2m');
    expect(outcomes(still.requests)).toEqual(['ok', 'ok', 'ok']);
    const known = 'discovery: { registry: reg, onEmpty: lastKnown }';
    expect(outcomes(called(NAMES, known, around, away, '2m').requests)).toEqual(['ok', 'ok', 'ok']);
  });

  it('resolves to nothing, to wrong addresses, or to old records', () => {
    const resolved = (mode: string, target: string, onEmpty: string): readonly string[] => {
      const faults =
        `{ id: names, kind: dns, target: ${target}, mode: ${mode}, at: 20s, for: 40s }, ` +
        '{ id: out, kind: crash, target: s, instances: [0], at: 25s, for: 60s }';
      const own = `replicas: 2, discovery: { registry: reg, onEmpty: ${onEmpty} }`;
      return outcomes(called(NAMES, own, seconds([40, 41]), faults, '2m').requests);
    };
    for (const target of ['reg', 's']) {
      expect(resolved('error', target, 'fail')).toEqual(['refused', 'refused']);
      expect(resolved('random', target, 'lastKnown')).toEqual(['refused', 'refused']);
      // One of two addresses is dead, and the list still has both.
      expect([...resolved('stale', target, 'fail')].sort()).toEqual(['ok', 'refused']);
    }
  });
});

describe('mode: server', () => {
  const through = (discovery: string, more = '', count = 1): Traced =>
    golden(
      `
network: { latency: 1ms }
registries: { reg: { kind: kubernetes } }
services: { s: { replicas: 2, discovery: { registry: reg, ${discovery} }, endpoints: { serve: [ wait: 5ms ] } } }
workloads: { users: { arrivals: { at: [ ${Array.from({ length: count }, () => '1s').join(', ')} ] }, requests: [ { call: s } ] } }
${more}`,
      '10s',
    );

  it('adds two messages and the work of the balancer', () => {
    expect(latencies(through('mode: client').requests)).toEqual([7]);
    // 1 + 1 + 5 + 1 + 1
    expect(latencies(through('mode: server').requests)).toEqual([9]);
    const hop = 'mode: server, hop: { latency: 250us, work: 500us }';
    expect(latencies(through(hop).requests)).toEqual([8]);
  });

  it('queues in front of the workers of the balancer', () => {
    const hop = 'mode: server, hop: { concurrency: 1, replicas: 1 }';
    // The second request waits for 7 ms: the call of the first.
    expect(latencies(through(hop, '', 2).requests)).toEqual([9, 16]);
  });

  it('keeps the policies of callers, and its balancer can fail', () => {
    const down = 'faults: [ { id: out, kind: crash, target: s-balancer, at: 0s, for: 5s } ]';
    expect(outcomes(through('mode: server', down).requests)).toEqual(['refused']);
  });
});
