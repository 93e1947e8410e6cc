import { describe, expect, it } from 'vitest';
import { ValueStates } from '../../src/model/resources/layers/value-states.js';
import { concurrencyLimitFixed } from '../../src/patterns/policies/concurrency-limit-fixed.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { golden, outcomes, sent, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** One gateway with this chain, before an endpoint of 100 ms and a check. */
function chain(middleware: string, at: string, more = ''): Traced {
  return golden(
    `
keys: { tenant: { kind: sequence, count: 2 } }
gateways:
  edge: { runtime: async, middleware: [ ${middleware} ], routes: [ { name: all, to: api.get } ] }
services:
  api: { endpoints: { get: [ wait: 100ms ] } }
  auth: { endpoints: { check: [ wait: 5ms, { fail: 403, when: { class: bad } } ] } }
  redis: { endpoints: { incr: [ wait: 2ms ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: edge } ] }
${more}
`,
    '20s',
  );
}

/** Requests that the chain of the gateway would have refused. */
function spared({ ran }: Traced): number {
  const plan = ran.plans[0]!;
  const edge = plan.components.findIndex(({ name }) => name === 'edge');
  const part = plan.parts.findIndex(({ component }) => component === edge);
  return ran.records[0]![0]!.parts[part]!.wouldReject.reduce((sum, count) => sum + count, 0);
}

const BAD =
  '  villains: { class: bad, arrivals: { at: [ 1s, 2s ] }, requests: [ { call: edge } ] }';

describe('middleware that only watches', () => {
  it('counts requests that a rate limit would have refused, and delays none', () => {
    const limit = 'rateLimit: { rate: 1/s, burst: 2';
    const at = '1s, 1s, 1s, 1s, 2s';
    expect(outcomes(chain(`{ ${limit} } }`, at).requests)).toEqual([
      'ok',
      'ok',
      'throttled',
      'throttled',
      'ok',
    ]);
    const dry = chain(`{ ${limit}, dryRun: true } }`, at);
    expect(outcomes(dry.requests)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(spared(dry)).toBe(2);
    const patient = chain(`{ ${limit}, maxWait: 5s, dryRun: true } }`, at);
    expect(patient.requests.map((row) => row.answered)).toEqual([1100, 1100, 1100, 1100, 2100]);
    expect(spared(patient)).toBe(0);
  });

  it('asks the store all the same, and lets pass what that does not answer', () => {
    const limit =
      '{ rateLimit: { kind: fixedWindow, limit: 1, window: 20s, scope: caller, dryRun: true, store: { of: redis.incr, onError: reject } } }';
    const calm = chain(limit, '1s, 2s, 3s');
    expect(calm.requests.map((row) => row.answered)).toEqual([1102, 2102, 3102]);
    expect(spared(calm)).toBe(2);
    const down = 'faults: [ { id: d, kind: crash, target: redis, at: 0s, for: 19s } ]';
    const broken = chain(limit, '1s, 2s, 3s', down);
    expect(outcomes(broken.requests)).toEqual(['ok', 'ok', 'ok']);
    expect(spared(broken)).toBe(3);
  });

  it('counts requests that a concurrency limit would have refused, which then are not inside', () => {
    const dry = chain('{ admit: { limit: 1, dryRun: true } }', '1s, 1050ms, 1120ms, 1130ms');
    expect(outcomes(dry.requests)).toEqual(['ok', 'ok', 'ok', 'ok']);
    // At 1120 ms the first has left and the second never entered.
    expect(spared(dry)).toBe(2);
  });

  it('counts refusals of a check, and its failures where they refuse', () => {
    const check = 'authenticate: { kind: introspection, call: auth.check';
    expect(outcomes(chain(`{ ${check} } }`, '3s', BAD).requests)).toEqual([
      'clientError',
      'clientError',
      'ok',
    ]);
    const dry = chain(`{ ${check}, dryRun: true } }`, '3s', BAD);
    expect(outcomes(dry.requests)).toEqual(['ok', 'ok', 'ok']);
    expect(sent(dry.at('auth.check'))).toEqual([1000, 2000, 3000]);
    expect(spared(dry)).toBe(2);
    const kept = chain(
      `{ ${check}, key: client, cacheTtl: 10s, dryRun: true } }`,
      '3s',
      BAD.replace('class: bad', 'class: bad, clients: 1'),
    );
    expect(sent(kept.at('auth.check'))).toEqual([1000, 3000]);
    expect(spared(kept)).toBe(2);
    const down = `${BAD}\nfaults: [ { id: d, kind: crash, target: auth, at: 0s, for: 19s } ]`;
    expect(spared(chain(`{ ${check}, dryRun: true } }`, '3s', down))).toBe(3);
    expect(spared(chain(`{ ${check}, onError: allow, dryRun: true } }`, '3s', down))).toBe(0);
  });

  it('counts requests that a filter would have refused, by share and by size', () => {
    const share = chain('{ filter: { reject: 100%, dryRun: true } }', '1s, 2s');
    expect(outcomes(share.requests)).toEqual(['ok', 'ok']);
    expect(spared(share)).toBe(2);
    const large =
      '  big: { arrivals: { at: [ 1s ] }, requests: [ { call: edge, requestSize: 2KB } ] }';
    const size = chain('{ filter: { kind: size, max: 1KB, dryRun: true } }', '1s', large);
    expect(outcomes(size.requests)).toEqual(['ok', 'ok']);
    expect(spared(size)).toBe(1);
  });
});

describe('a limit on what is under way for each value of a key', () => {
  it('has its own places in the chain, and before the queue', () => {
    const at = times(4, '1s');
    expect(outcomes(chain('{ admit: { limit: 1 } }', at).requests)).toEqual([
      'ok',
      'rejectedOverload',
      'rejectedOverload',
      'rejectedOverload',
    ]);
    const keyed = chain('{ admit: { limit: 1, key: tenant } }', at);
    expect(outcomes(keyed.requests)).toEqual(['ok', 'ok', 'rejectedOverload', 'rejectedOverload']);
    const { requests } = golden(
      `
keys: { tenant: { kind: sequence, count: 2 } }
services:
  api: { admission: { concurrencyLimit: { limit: 1, key: tenant } }, endpoints: { get: [ wait: 100ms ] } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: api.get } ] } }
`,
    );
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'rejectedOverload', 'rejectedOverload']);
  });

  it('keeps states for the values in use only', () => {
    let made = 0;
    const place = new ValueStates(() => {
      made++;
      return concurrencyLimitFixed.gate!({ limit: 1 }, () => ({ a: 1, b: 2 }));
    });
    for (let value = 1; value <= 5000; value++) {
      const state = place.states[place.numberOf(value, value)]!;
      expect(state.enter(value)).toBe(1);
      expect(place.states[place.numberOf(value, value)]!.enter(value)).toBe(0);
      if (value > 1) state.leave(value, value, 1, OUTCOME.ok, 0, 0);
    }
    expect(made).toBeLessThan(1100);
    expect(place.held()).toBe(1);
    expect(place.states[place.numberOf(1, 5001)]!.enter(5001)).toBe(0);
  });
});
